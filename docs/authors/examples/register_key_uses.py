from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "protection": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_key_uses(self):
        """The notes of this app are under keys for fields: how many under which version, and how to renew them."""
        from kezhi.builtin.protection.contributions import KeyUse

        return [KeyUse("example.notes", "Secret notes", "fields", count, renew)]


NOTES = []  # instead of a table: pairs of a key version and what is under it


def note(text):
    from kezhi.builtin.protection import ring

    key = ring.active("fields")
    NOTES.append((key.version, mask(key.secret, text.encode())))


def read(place):
    from kezhi.builtin.protection import ring

    version, masked = NOTES[place]
    return mask(ring.key("fields", version), masked).decode()


def mask(secret, data):
    """Not a cipher, only a picture of one: take AES-GCM."""
    return bytes(byte ^ secret[place % len(secret)] for place, byte in enumerate(data))


def count():
    found = {}
    for version, _masked in NOTES:
        found[version] = found.get(version, 0) + 1
    return found


def renew(version):
    """One batch; 0 when there is nothing left to do."""
    old = [place for place, (under, _masked) in enumerate(NOTES) if under != version][:100]
    for place in old:
        text = read(place)
        NOTES[place] = (0, b"")
        note(text)
        NOTES[place] = NOTES.pop()
    return len(old)


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(command):
    import json

    NOTES.clear()
    note("Hengda pays late")
    before = NOTES[0]
    assert json.loads(command("keys", "rotate", "--purpose", "fields", "--now", "--json"))["renewed"] == {
        "example.notes": 1
    }
    assert NOTES[0][0] == before[0] + 1
    assert NOTES[0] != before
    assert read(0) == "Hengda pays late"


def gone(command):
    import json

    used = [each["used_by"] for each in json.loads(command("keys", "list", "--json"))["keys"]]
    assert "example.notes" not in str(used)
