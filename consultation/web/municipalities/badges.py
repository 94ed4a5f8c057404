"""In which colour an answer's state is shown."""

from consultation.core.language import Message
from consultation.states import ResponseState

Badge = tuple[str, Message]
STATE_BADGES = {
    ResponseState.DRAFTING: "info", ResponseState.READY: "warning", ResponseState.SUBMITTED: "success",
    ResponseState.DECLINED: "info", ResponseState.WITHDRAWN: "info",
}  # fmt: skip
