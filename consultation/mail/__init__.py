"""Every letter the service sends: who gets it, what it says, how it leaves the house."""
