//! How a field of a record is read: a value of the wrong type counts as missing.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The value, or the one of its type that stands for nothing.
pub fn value<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(reader: D) -> Result<T, D::Error> {
    Ok(T::deserialize(Value::deserialize(reader)?).unwrap_or_default())
}

/// The value of an object.
pub fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(reader: D) -> Result<Option<T>, D::Error> {
    Ok(from_object(Value::deserialize(reader)?))
}

/// Those entries of a list that are such objects.
pub fn objects<'de, D: Deserializer<'de>, T: DeserializeOwned>(reader: D) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(reader)? {
        Value::Array(entries) => entries.into_iter().filter_map(from_object).collect(),
        _ => Vec::new(),
    })
}

/// A list is no object, though serde would take its entries for the fields in their order.
pub fn from_object<T: DeserializeOwned>(value: Value) -> Option<T> {
    if value.is_object() { T::deserialize(value).ok() } else { None }
}
