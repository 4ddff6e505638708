"""Answers of services, as they are on the wire, of outputs that samples.py made up. Written from the pages
of the protocols; botocore, which only reads answers, has nothing like it."""
import base64
import email.utils
import json
from xml.sax.saxutils import escape, quoteattr

TIME = "%Y-%m-%dT%H:%M:%S"


def time_text(shape, value, default):
    kind = shape.serialization.get("timestampFormat", default)
    if kind == "rfc822":
        return email.utils.format_datetime(value.replace(microsecond=0), usegmt=True)
    if kind == "iso8601":
        fraction = f".{value.microsecond // 1000:03}" if value.microsecond else ""
        return value.strftime(TIME) + fraction + "Z"
    return repr(value.timestamp()) if value.microsecond else str(int(value.timestamp()))


def scalar(shape, value, default_time="iso8601"):
    if shape.type_name == "timestamp":
        return time_text(shape, value, default_time)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def name_of(shape, default):
    return shape.serialization.get("name", default)


def as_json(shape, value):
    """The value with wire names, ready for json.dumps."""
    kind = shape.type_name
    if kind == "structure":
        if shape.is_document_type:
            return value
        return {name_of(shape.members[k], k): as_json(shape.members[k], v) for k, v in value.items()
                if "location" not in shape.members[k].serialization}
    if kind == "list":
        return [as_json(shape.member, one) for one in value]
    if kind == "map":
        return {k: as_json(shape.value, v) for k, v in value.items()}
    if kind == "timestamp":
        text = time_text(shape, value, "unixTimestamp")
        return json.loads(text) if text[4:5] != "-" and "," not in text else text
    return scalar(shape, value) if kind == "blob" else value


def as_xml(shape, value, name):
    """An element, or several where the shape is flattened."""
    kind, flattened = shape.type_name, shape.serialization.get("flattened")
    if kind == "structure":
        attributes = "".join(
            f' xmlns:{name_of(m, k).split(":")[0]}="http://example.com/" {name_of(m, k)}={quoteattr(scalar(m, value[k]))}'
            for k, m in shape.members.items() if k in value and m.serialization.get("xmlAttribute"))
        return f"<{name}{attributes}>{members_xml(shape, value)}</{name}>"
    if kind == "list":
        inner = name if flattened else name_of(shape.member, "member")
        text = "".join(as_xml(shape.member, one, inner) for one in value)
        return text if flattened else f"<{name}>{text}</{name}>"
    if kind == "map":
        entry = name if flattened else "entry"
        text = "".join(f"<{entry}>{as_xml(shape.key, k, name_of(shape.key, 'key'))}"
                       f"{as_xml(shape.value, v, name_of(shape.value, 'value'))}</{entry}>" for k, v in value.items())
        return text if flattened else f"<{name}>{text}</{name}>"
    return f"<{name}>{escape(scalar(shape, value))}</{name}>"


def members_xml(shape, value):
    text = ""
    for key, member in shape.members.items():
        if key not in value or "location" in member.serialization or member.serialization.get("xmlAttribute"):
            continue
        name = name_of(member, key)
        if member.type_name == "list" and member.serialization.get("flattened"):
            name = name_of(member.member, name)
        text += as_xml(member, value[key], name)
    return text


def head(shape, value):
    """(status, headers) of a REST answer."""
    status, headers = 200, {}
    for key, member in shape.members.items():
        location = member.serialization.get("location")
        if key not in value or not location:
            continue
        if location == "statusCode":
            status = 201
        elif location == "headers":
            headers.update({name_of(member, key) + k: v for k, v in value[key].items()})
        elif member.serialization.get("jsonvalue"):
            headers[name_of(member, key)] = base64.b64encode(json.dumps(value[key]).encode()).decode()
        elif member.type_name == "list":
            headers[name_of(member, key)] = ", ".join(scalar(member.member, one) for one in value[key])
        else:
            headers[name_of(member, key)] = scalar(member, value[key], "rfc822")
    return status, headers


def answer(model, operation, value):
    """(status, headers, body)."""
    shape, protocol = operation.output_shape, model.metadata["protocol"]
    if protocol == "json":
        return 200, {"x-amzn-RequestId": "id-1"}, json.dumps(as_json(shape, value)).encode() if shape else b"{}"
    if protocol in ("query", "ec2"):
        return 200, {}, query_body(operation, value, protocol)
    if shape is None:
        return 200, {"x-amzn-RequestId": "id-1"}, b""
    status, headers = head(shape, value)
    headers["x-amzn-RequestId"] = "id-1"
    payload = shape.serialization.get("payload")
    if payload:
        shape = shape.members[payload]
        value = value.get(payload)
        if shape.type_name in ("blob", "string"):
            return status, headers, value if isinstance(value, bytes) else (value or "").encode()
    if protocol == "rest-json":
        return status, headers, b"{}" if value is None else json.dumps(as_json(shape, value)).encode()
    return status, headers, as_xml(shape, value or {}, "Root").encode()


def query_body(operation, value, protocol):
    shape = operation.output_shape
    inner = members_xml(shape, value) if shape else ""
    name = operation.name
    if protocol == "ec2":
        return f'<{name}Response xmlns="http://example.com/"><requestId>id-1</requestId>{inner}</{name}Response>'.encode()
    wrapper = shape.serialization.get("resultWrapper") if shape else None
    if wrapper:
        inner = f"<{wrapper}>{inner}</{wrapper}>"
    return (f'<{name}Response xmlns="http://example.com/">{inner}'
            f"<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></{name}Response>").encode()


def error(model, code, message):
    """(status, headers, body) of an error."""
    protocol = model.metadata["protocol"]
    if protocol == "json":
        return 400, {}, json.dumps({"__type": f"com.example#{code}", "message": message}).encode()
    if protocol == "rest-json":
        return 400, {"x-amzn-errortype": f"{code}:http://example.com/"}, json.dumps({"message": message}).encode()
    inner = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    if protocol == "ec2":
        inner = f"<Response><Errors>{inner}</Errors><RequestID>id-1</RequestID></Response>"
    elif model.service_name != "s3":
        inner = f'<ErrorResponse xmlns="http://example.com/">{inner}<RequestId>id-1</RequestId></ErrorResponse>'
    return 400, {}, f'<?xml version="1.0" encoding="UTF-8"?>\n{inner}'.encode()
