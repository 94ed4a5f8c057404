"""Somebody without a mouse: goes from field to field with Tab, and sees where they are."""

from datetime import date

from playwright.sync_api import Locator, Page, expect

FAR = 250
LOOKS = """const looks = (one) => {
  const around = [one, ...(one.labels || [])];
  for (let box = one.parentElement; box && around.length < 6; box = box.parentElement) around.push(box);
  const drawn = (box, part) => {
    const style = getComputedStyle(box, part);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor].join();
  };
  return around.map((box) => drawn(box) + drawn(box, "::before") + drawn(box, "::after")).join();
};"""
"""How an element looks, with its label and the boxes it stands in."""

SEEN = f"""(one) => {{
  {LOOKS}
  const focused = looks(one);
  one.blur();
  const plain = looks(one);
  one.focus();
  return focused !== plain;
}}"""

HIDDEN = """(one) => {
  const box = one.getBoundingClientRect();
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const bar = there && there.closest(".app-sticky, .planner-bulk");
  return Boolean(bar) && !bar.contains(one);
}"""
"""Whether the bar or the box at the foot of the window stands before it."""

UNSEEN = f"""() => {{
  document.activeElement.blur();
  {LOOKS}
  const reached = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(reached)].filter((one) => {{
    if (!one.checkVisibility() || one.disabled) return false;
    const plain = looks(one);
    one.focus({{preventScroll: true}});
    const seen = document.activeElement !== one || looks(one) !== plain;
    one.blur();
    return !seen;
  }}).map((one) => one.outerHTML.slice(0, 120)).slice(0, 5);
}}"""
"""What can be reached by keyboard without anybody seeing that it has the focus. Press a key before: a mouse needs no frame."""


def tab_to(wanted: Locator) -> None:
    """Tab until it has the focus; the focus can be seen."""
    page: Page = wanted.page
    one = wanted.element_handle()  # looked for once: asking the page for it after every key takes most of the time
    for _ in range(FAR):
        page.keyboard.press("Tab")
        focused = one.evaluate("one => one.isConnected ? one === document.activeElement : null")
        if focused is None:
            one = wanted.element_handle()  # the page has put another one into its place
        if focused or (focused is None and one.evaluate("one => one === document.activeElement")):
            assert wanted.evaluate(SEEN), f"nobody sees that {wanted} has the focus"
            page.wait_for_function(f"one => !({HIDDEN})(one)", arg=one, timeout=10_000)  # it may still be scrolling
            return
    raise AssertionError(f"no Tab leads to {wanted}")


def write(field: Locator, text: str) -> None:
    tab_to(field)
    field.page.keyboard.type(text)


def tick(box: Locator) -> None:
    tab_to(box)
    box.page.keyboard.press("Space")


def press(button: Locator) -> None:
    """What leads to another page."""
    tab_to(button)
    with button.page.expect_event("load"):
        button.page.keyboard.press("Enter")


def write_day(field: Locator, day: date) -> None:
    """Digit by digit, in the order in which this browser asks for them: day or month first."""
    for order in ("%d%m%Y", "%m%d%Y"):
        write(field, day.strftime(order))
        if field.input_value() == day.isoformat():
            return
        step_back(field)
    raise AssertionError(f"no way to type {day} into {field}")


def step_back(field: Locator) -> None:
    """Before the field, so that Tab leads into it again, from its start."""
    page: Page = field.page
    page.keyboard.press("Shift+Tab")
    while field.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Shift+Tab")


def choose(option: Locator) -> None:
    """One of several: Tab leads to the group, the arrows to the option."""
    page: Page = option.page
    group = page.locator(f"input[type=radio][name='{option.get_attribute('name')}']")
    chosen = group.and_(page.locator(":checked"))
    tab_to(chosen if chosen.count() else group.first)
    for _ in range(group.count()):
        if option.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    if not option.is_checked():
        page.keyboard.press("Space")
    expect(option).to_be_checked()


def pick(select: Locator, value: str) -> None:
    """From a list, with the arrows."""
    tab_to(select)
    for _ in range(select.locator("option").count()):
        if select.input_value() == value:
            return
        select.page.keyboard.press("ArrowDown")
    assert select.input_value() == value, f"no arrow leads to {value}"


def unfold(summary: Locator) -> None:
    tab_to(summary)
    summary.page.keyboard.press("Enter")


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/login")
    write(page.get_by_label("Mailadresse"), email)
    write(page.get_by_label("Passwort", exact=True), password)
    press(page.get_by_role("button", name="Anmelden", exact=True))
