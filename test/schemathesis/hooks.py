"""Hooks of Schemathesis: they drop requests that it can't write as the document says, and findings that
are not about the server. Each has its reason."""

import json

import jsonschema_rs
import schemathesis

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def media_type(case):
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    return content.get(case.media_type, {})


def properties(case):
    return media_type(case).get("schema", {}).get("properties", {})


@schemathesis.hook
def filter_case(context, case):
    if has_forbidden_key(case.body) or has_forbidden_key(case.query):
        return False
    return case.media_type != "multipart/form-data" or can_be_written(case)


def has_forbidden_key(value):
    """A key that changes the prototype of an object is rejected, also where the schema allows further
    keys."""
    if isinstance(value, str):
        return "__proto__" in value
    if isinstance(value, dict):
        return any(has_forbidden_key(each) for pair in value.items() for each in pair)
    return isinstance(value, list) and any(has_forbidden_key(each) for each in value)


def can_be_written(case):
    """Schemathesis writes bytes as a file instead of base64, a list with a schema for each item as JSON
    instead of a part for each item, and an empty list that is JSON not at all."""
    if not isinstance(case.body, dict):
        return True
    encoding = media_type(case).get("encoding", {})
    return not any(
        field.get("contentEncoding") == "base64"
        or "prefixItems" in field
        or (name in encoding and case.body.get(name) == [])
        for name, field in properties(case).items()
    )


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if type(failure).__name__ != "AcceptedNegativeData":
        return True
    if case.media_type in FORMS and is_valid_form(case):
        return False
    return not has_empty_list(case)


def has_empty_list(case):
    """Empty items of a list in a header are ignored (RFC 9110, section 5.6.1.2)."""
    return any(
        parameter.get("schema", {}).get("type") == "array"
        and str((case.headers or {}).get(parameter["name"], "")).strip(" ,") == ""
        for parameter in case.operation.definition.raw.get("parameters", [])
        if parameter.get("in") == "header"
    )


def is_valid_form(case):
    """Whether the text of a form is valid after all: a value of a wrong type may have the text of a valid
    one, and an input that was left empty is no value."""
    if not isinstance(case.body, dict):
        return False
    fields = {}
    for name, field in properties(case).items():
        value = case.body.get(name, [])
        texts = [to_text(item) for item in (value if isinstance(value, list) else [value])]
        found = read_field(field, [text for text in texts if text != "" or accepts(field, text)])
        if found is not None:
            fields[name] = found
    return accepts(media_type(case)["schema"], fields)


def to_text(value):
    if isinstance(value, str):
        return str(value)
    return json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":"))


def read_field(schema, texts):
    if schema.get("type") != "array":
        return read_text(schema, texts[-1]) if texts else None
    return [read_text(schema.get("items", {}), text) for text in texts] or None


def read_text(schema, text):
    candidates = [text, True] if text == "on" else [text]
    try:
        candidates.append(json.loads(text))
    except ValueError:
        pass
    return next((value for value in candidates if accepts(schema, value)), text)


def accepts(schema, value):
    return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(value)
