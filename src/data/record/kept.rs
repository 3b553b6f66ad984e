//! Parts of a record that are written again as they were read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::lenient;

/// A part of a record. What the file holds in its place is kept as it was, however much of it this version understands.
#[derive(Clone, Debug)]
pub struct Kept<T> {
    known: Option<Box<T>>,
    /// What the file holds; `None` for a part that this run made.
    written: Option<Value>,
}

impl<T> Kept<T> {
    /// A part that this run made.
    #[must_use]
    pub fn new(part: T) -> Self {
        Kept { known: Some(Box::new(part)), written: None }
    }

    /// The part as far as it can be read; `None` if it is not even an object.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.known.as_deref()
    }
}

impl<T: Serialize> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match &self.written {
            Some(written) => written.serialize(writer),
            None => self.known.serialize(writer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let written = Value::deserialize(reader)?;
        let known = lenient::from_object(written.clone()).map(Box::new);
        Ok(Kept { known, written: Some(written) })
    }
}

/// Two are equal if a file would hold the same.
impl<T: Serialize> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        let written = |part: &Self| serde_json::to_value(part).ok();
        written(self) == written(other)
    }
}

/// A part whose type belongs to a room above this one, which seals and opens it: the memory of a lineage, a coding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(Value);

impl Sealed {
    /// The part for a file; `None` where JSON has no words for it.
    #[must_use]
    pub fn seal<T: Serialize>(part: &T) -> Option<Self> {
        serde_json::to_value(part).ok().map(Sealed)
    }

    /// The part; `None` where it is none of that type, such as one of a later version.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.0).ok()
    }
}
