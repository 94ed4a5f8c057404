"""The ground floor: knows nothing of consultations."""
