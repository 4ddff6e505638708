"""Parameters and outputs made up from service models, by a seeded generator."""
import datetime

DEPTH_MAX = 5
WORDS = "abcXYZ019-_.~ /+=&?#%;:@!$'()*,<>\"[]{}|^`é€𝄞"
HEADER_WORDS = "abcXYZ019-_.~/+=&?#%;:@!$'()*<>[]{}|^`"
LOWEST, HIGHEST = 0, 4_102_444_800  # 1970 to 2100


class Samples:
    """`everything`: every member, no matter how rare; else each that isn't required by the toss of a coin.

    `traits` counts what the values that were made exercise.
    """

    def __init__(self, random, protocol, traits):
        self.random = random
        self.protocol = protocol
        self.traits = traits
        self.everything = False

    def structure(self, shape, depth=0, top=False):
        if shape.is_document_type:
            self.traits["document"] += 1
            return self.document(0)
        names = list(shape.members)
        if getattr(shape, "is_tagged_union", False):
            names = [self.random.choice(names)] if names else []
        value = {}
        for name in names:
            member = shape.members[name]
            wanted = name in shape.required_members or name == shape.serialization.get("payload")
            wanted = wanted or self.is_label(member) or len(names) == 1
            if not wanted and (depth >= DEPTH_MAX or not (self.everything and depth < 6)) and self.random.random() < 0.6:
                continue
            if depth > DEPTH_MAX and not wanted:
                continue
            made = self.value(member, depth + 1)
            if made is not None:
                value[name] = made
                self.count(member, shape, top)
        return value

    @staticmethod
    def is_label(member):
        return member.serialization.get("location") == "uri" or bool(member.serialization.get("hostLabel"))

    def value(self, shape, depth):
        """None where it would become too deep."""
        if depth > 2 * DEPTH_MAX:
            return None
        if shape.serialization.get("jsonvalue") and shape.serialization.get("location") == "header":
            return {"n": 1, "text": self.text(shape)}
        return getattr(self, shape.type_name, self.string)(shape, depth) if shape.type_name != "structure" \
            else self.structure(shape, depth)

    def list(self, shape, depth):
        size = 0 if depth > DEPTH_MAX else self.random.choice((1, 2) if self.everything else (0, 1, 1, 2, 3))
        if shape.serialization.get("location") == "header":  # without what would be quoted
            return ["".join(self.random.choice(HEADER_WORDS) for _ in range(5)) for _ in range(size)]
        made = [self.value(shape.member, depth + 1) for _ in range(size)]
        return [one for one in made if one is not None]

    def map(self, shape, depth):
        size = 0 if depth > DEPTH_MAX else self.random.choice((1, 2) if self.everything else (0, 1, 2))
        made = {}
        for _ in range(size):
            in_headers = shape.serialization.get("location") == "headers"
            key = "k" + str(self.random.randrange(1000)) if in_headers else self.text(shape.key)
            value = "v 1" if in_headers else self.value(shape.value, depth + 1)
            if value is not None:
                made[key] = value
        return made

    def string(self, shape, _depth=0):
        if self.random.random() < 0.5 and getattr(shape, "enum", None):
            return self.random.choice(shape.enum)
        return self.text(shape)

    def text(self, shape):
        if shape.serialization.get("hostLabel"):
            return "label" + str(self.random.randrange(1000))
        location = shape.serialization.get("location")
        words = HEADER_WORDS if location in ("header", "headers") else WORDS
        if shape.name in ("ResourceId", "DelegationSetId", "ChangeId"):
            words = words.replace("/", "")  # Route 53's ids lose a path before them
        if self.protocol != "rest-xml" and location is None:
            words += "\n\t\\"
        size = self.random.choice((1, 2, 5, 12) if location == "uri" else (0, 1, 5, 12))
        return "".join(self.random.choice(words) for _ in range(size))

    def blob(self, shape, _depth=0):
        return self.text(shape).encode()

    def boolean(self, _shape, _depth=0):
        return self.random.random() < 0.5

    def integer(self, _shape, _depth=0):
        return self.random.choice((0, 1, -1, 42, 2**31 - 1, -2**31))

    def long(self, _shape, _depth=0):
        return self.random.choice((0, 7, -1, 2**53 + 1, 2**63 - 1, -2**63))

    def float(self, _shape, _depth=0):
        return self.random.choice((0.5, -1.25, 3.0, 1e21, 1.5e-7))

    double = float

    def timestamp(self, _shape, _depth=0):
        seconds = self.random.randrange(LOWEST, HIGHEST)
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)

    def document(self, depth):
        kind = self.random.randrange(4 if depth < 3 else 3)
        if kind == 3 or depth == 0:
            return {f"Key{i}": self.document(depth + 1) for i in range(2)}
        return (None, 1.5, "text")[kind]

    def count(self, member, parent, top):
        """Notes what it takes to write `member`, a part of `parent`."""
        has = member.serialization
        kind = member.type_name
        location = has.get("location")
        if location:
            self.traits[f"{location} {kind}" if location in ("header", "querystring") else location] += 1
        elif top and has.get("idempotencyToken"):
            self.traits["idempotency token"] += 1
        for trait in ("xmlAttribute", "queryName", "timestampFormat", "hostLabel", "jsonvalue", "xmlNamespace"):
            self.traits[trait] += trait in has
        if has.get("streaming"):
            self.traits["streaming"] += 1
        if kind in ("list", "map"):
            form = "flattened" if has.get("flattened") else "wrapped"
            self.traits[f"{self.protocol} {form} {kind}" if self.protocol in ("query", "rest-xml") and not location
                        else f"{self.protocol} {kind}"] += 1
        if parent.serialization.get("payload") == member.name or parent.members.get(
                parent.serialization.get("payload")) is member:
            self.traits[f"payload {kind}"] += 1
        if kind in ("timestamp", "blob", "boolean", "float", "double", "long") and not location:
            self.traits[f"{self.protocol} {kind}"] += 1
