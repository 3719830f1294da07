"""Update the catalogues of messages, `geo/locale/*/LC_MESSAGES/*.po`, from the source.

    python -m scripts.build.catalogues           # add new messages, remove old ones; then compile
    python -m scripts.build.catalogues --check   # list what a translator has to do

Messages are the texts in `_(…)`, `ngettext(…)`, `pgettext(…)` and `npgettext(…)`, the help of the
command line, the words of reports and embeds, and the notes of the embedded edition's sources.
"""

from __future__ import annotations

import ast
import io
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from zoneblanche.geo.messages import DOMAIN, SLOT
from zoneblanche.scripts.build.compile_catalogues import compile_catalogues

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "geo" / "locale"
ROOMS = ("geo", "layers", "maps", "scripts")
SAYERS = {"_": (0, 1), "pgettext": (1, 1), "ngettext": (0, 2), "npgettext": (1, 2)}
"""Functions that create messages: the number of contexts and of templates of each."""

COMPLETE = ("fr",)
"""Languages that must be complete; in any other, missing messages are shown in English."""

Key = tuple[str | None, str]


def extract_messages() -> Catalog:
    """Return every message of the source, without a translation."""
    template = Catalog()
    for text, context in (*_in_source(), *_elsewhere()):
        template.add(text, context=context)
    return template


def _in_source() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield from messages_in(ast.parse(path.read_text("utf-8")))


def messages_in(tree: ast.AST) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Return the templates of a module, with their contexts. Babel's own Python extractor does not
    support the f-strings in slots.

    >>> list(messages_in(ast.parse('_("a {b}", b=pgettext("c", "d"))')))
    [('a {b}', None), ('d', 'c')]
    """
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        shape = SAYERS.get(node.func.id)
        texts = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if shape is None or len(texts) < sum(shape):
            continue  # of a text that is assembled elsewhere
        context = texts.pop(0) if shape[0] else None
        yield (texts[0] if shape[1] == 1 else (texts[0], texts[1])), context


def _elsewhere() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Yield help texts, the words of reports and embeds, and the notes of sources, with their
    contexts."""
    yield from ((text, None) for text in help_texts())
    for words in ("report", "embed"):
        table = tomllib.loads((ROOT / "maps" / "templates" / f"{words}.toml").read_text("utf-8"))
        yield from ((text, words) for text in table.values())
    provenance = ROOT / "layers" / "edition" / "fr" / "provenance.json"
    for note in _notes(json.loads(provenance.read_text("utf-8"))):
        yield note, None


def help_texts() -> Iterator[str]:
    """Return every text of `--help`."""
    from zoneblanche.scripts.cli import command_line, leaf_commands
    from zoneblanche.scripts.cli_help import unwrapped

    group = command_line()
    for command in dict.fromkeys((group, *group.commands.values(), *leaf_commands().values())):
        yield unwrapped(command.help)
        for parameter in command.params:
            text = getattr(parameter, "help", None)
            if text:
                yield text


def _notes(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "note" and "producer" in value:
                yield str(inner)
            else:
                yield from _notes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _notes(inner)


def catalogue_files() -> dict[str, Path]:
    """Return the .po of each language."""
    return {path.parts[-3]: path for path in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}


def read_catalogue(path: Path) -> Catalog:
    """Return a .po as Babel reads it."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parts[-3])


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue sorted, without places and dates, so that changes of two people seldom
    conflict; the head of the file is not changed."""
    head = path.read_text("utf-8").split("\n\n", 1)[0]
    body = io.BytesIO()
    write_po(
        body,
        catalogue,
        width=100,
        no_location=True,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
    )
    path.write_text(f"{head}\n\n{body.getvalue().decode().strip()}\n", "utf-8")


def update() -> None:
    """Update every catalogue from the source, and compile it."""
    template = extract_messages()
    for path in catalogue_files().values():
        old, new = read_catalogue(path), _head_of(path)
        entries = {_key(message): message for message in old if message.id}
        for message in template:
            if message.id:
                entry = entries.get(_key(message))
                kept = (
                    entry.string if entry is not None and _shape(entry) == _shape(message) else ""
                )
                comments = entry.user_comments if entry is not None else ()
                new.add(message.id, kept, context=message.context, user_comments=comments)
        write_catalogue(path, new)
    compile_catalogues(LOCALE)


def _head_of(path: Path) -> Catalog:
    """Return the catalogue without its messages; its head gives its plural forms."""
    head = path.read_text("utf-8").split("\n\n", 1)[0]
    return read_po(io.BytesIO(f"{head}\n".encode()), locale=path.parts[-3])


def problems() -> list[str]:
    """Return what is missing, unused, fuzzy or has other slots than its English, one per line."""
    template = {_key(message): message for message in extract_messages() if message.id}
    found_problems = []
    for lang, path in catalogue_files().items():
        catalogue = {_key(message): message for message in read_catalogue(path) if message.id}
        for key, message in template.items():
            entry = catalogue.get(key)
            if entry is None or not all(_strings(entry)):
                if lang in COMPLETE:
                    found_problems.append(f"{lang}: missing: {key[1]!r}")
            elif _shape(entry) != _shape(message):
                found_problems.append(f"{lang}: other plural than the source: {key[1]!r}")
            elif entry.fuzzy:
                found_problems.append(f"{lang}: fuzzy: {key[1]!r}")
            elif wrong := _other_slots(message, entry):
                found_problems.append(
                    f"{lang}: other slots ({', '.join(sorted(wrong))}): {key[1]!r}"
                )
        found_problems += [
            f"{lang}: stale: {key[1]!r}" for key in catalogue.keys() - template.keys()
        ]
    return found_problems


def completeness() -> list[str]:
    """Return for each language how many of its messages are not translated.

    >>> "French is complete." in completeness()
    True
    """
    sentences = []
    for path in catalogue_files().values():
        catalogue = read_catalogue(path)
        messages = [message for message in catalogue if message.id]
        count = sum(not all(_strings(message)) for message in messages)
        name = Locale(path.parts[-3]).english_name
        sentences.append(
            f"{name}: {count:,} of {len(messages):,} messages are not translated."
            if count
            else f"{name} is complete."
        )
    return sentences


def _other_slots(message: Message, entry: Message) -> set[str]:
    """Return slots of one that the other lacks. A plural form may leave out the number, as in "a
    row"."""
    ids = (message.id,) if isinstance(message.id, str) else message.id
    slots = {slot for text in ids for slot in SLOT.findall(text)}
    wrong = set()
    for string in _strings(entry):
        wrong |= (slots ^ set(SLOT.findall(string))) - ({"count"} if len(ids) > 1 else set())
    return wrong


def _key(message: Message) -> Key:
    first = message.id if isinstance(message.id, str) else message.id[0]
    return (message.context or None, first)


def _shape(message: Message) -> object:
    """Return the plural template, or None."""
    return None if isinstance(message.id, str) else message.id[1]


def _strings(message: Message) -> tuple[str, ...]:
    strings = message.string
    return (strings,) if isinstance(strings, str) else tuple(strings or ("",))


def main() -> None:
    """Update, or with `--check` list problems."""
    if "--check" not in sys.argv[1:]:
        update()
    faults = problems()
    print("\n".join(faults) or " ".join(completeness()))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
