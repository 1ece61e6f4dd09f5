//! Values as PHP writes them that does not mind types.

use serde_json::Value;

use crate::{
    contract::{Plain, Records, Type},
    fault::Slip,
};

/// Makes the slips where the documented type has what they are about.
pub(crate) fn slip(value: &mut Value, ty: &Type, records: &Records, slips: &[Slip]) {
    let has = |slip| slips.contains(&slip);
    match (ty, &mut *value) {
        (Type::Plain(Plain::Integer | Plain::Double), Value::Number(number))
            if has(Slip::Numbers) =>
        {
            *value = Value::String(number.to_string());
        }
        (Type::Plain(Plain::Date | Plain::DateTime), Value::String(_)) if has(Slip::Dates) => {
            *value = Value::Bool(false);
        }
        (
            Type::Plain(Plain::Object | Plain::Any) | Type::Map { .. } | Type::Ref { .. },
            Value::Object(object),
        ) if object.is_empty() && has(Slip::Arrays) => *value = Value::Array(Vec::new()),
        (Type::Array { array: inner }, Value::Array(items))
        | (Type::Map { map: inner, .. }, Value::Array(items)) => {
            for item in items {
                slip(item, inner, records, slips);
            }
        }
        (Type::Map { map: inner, .. }, Value::Object(object)) => {
            for item in object.values_mut() {
                slip(item, inner, records, slips);
            }
        }
        (Type::Ref { name }, Value::Object(object)) => {
            let fields = records.get(name).map_or(&[][..], |record| &record.fields);
            for field in fields {
                if let Some(value) = object.get_mut(&field.name) {
                    slip(value, &field.ty, records, slips);
                }
            }
        }
        (Type::Nullable { nullable }, value) => slip(value, nullable, records, slips),
        // The first one that fits it: what was slipped fits no other.
        (Type::Union { union }, value) => {
            for ty in union {
                slip(value, ty, records, slips);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn slipped(ty: Value, mut value: Value, slips: &[Slip]) -> Value {
        let records = serde_json::from_value(json!({"im.Node": {"fields": [
            {"name": "id", "type": "integer"},
            {"name": "name", "type": "string"},
            {"name": "at", "type": {"nullable": "datetime"}},
            {"name": "more", "type": {"map": "double", "key": "string"}},
            {"name": "next", "type": {"ref": "im.Node"}},
        ]}}))
        .unwrap();
        slip(
            &mut value,
            &serde_json::from_value(ty).unwrap(),
            &records,
            slips,
        );
        value
    }

    #[test]
    fn where_the_type_says() {
        let node = json!({"id": 1, "name": "2", "at": "2026-02-24T13:44:33+03:00", "more": {},
            "next": {"id": 2, "more": {"x": 1.5}, "unknown": 3}});
        assert_eq!(
            slipped(
                json!({"array": {"ref": "im.Node"}}),
                json!([node]),
                &Slip::ALL
            ),
            json!([{"id": "1", "name": "2", "at": false, "more": [],
                "next": {"id": "2", "more": {"x": "1.5"}, "unknown": 3}}]),
        );
        let dates = slipped(json!({"ref": "im.Node"}), node.clone(), &[Slip::Dates]);
        assert_eq!((&dates["id"], &dates["at"]), (&json!(1), &json!(false)));
        assert_eq!(slipped(json!("integer"), json!(5), &Slip::ALL), "5");
        assert_eq!(slipped(json!("string"), json!("x"), &Slip::ALL), "x");
        let either = json!({"union": ["integer", {"array": "integer"}]});
        assert_eq!(slipped(either.clone(), json!(5), &Slip::ALL), "5");
        assert_eq!(slipped(either, json!([5]), &Slip::ALL), json!(["5"]));
    }
}
