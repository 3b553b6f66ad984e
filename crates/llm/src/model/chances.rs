//! Questions whose answers are probabilities: how likely each of some statements is.
//!
//! They are sent as the schema of a request like any other: an object of numbers, each described by its statement. So a
//! model that writes can be asked them too, and a model that only decides is asked nothing else ([`super::decisions`]).

use serde_json::{Map, Value, json};

use super::Schema;

/// The name of the schema.
pub const NAME: &str = "chances";

/// The most statements of one request: more than a lineage has objections, and what every host takes (OpenAI 400,
/// others 128).
pub const MOST: usize = 100;

/// Something that may be true of what is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its name in the answer: letters, digits, `_`.
    pub name: String,
    /// What is to be true.
    pub text: String,
}

/// The schema that asks how likely these are.
#[must_use]
pub fn schema(statements: &[Statement]) -> Schema {
    let number =
        |statement: &Statement| (statement.name.clone(), json!({ "type": "number", "description": statement.text }));
    let properties: Map<String, Value> = statements.iter().map(number).collect();
    let names: Vec<&String> = properties.keys().collect();
    Schema {
        name: NAME.to_owned(),
        json: json!({ "type": "object", "required": names, "properties": properties, "additionalProperties": false }),
    }
}

/// The statements of a schema, in order; `None` where it asks for anything else than probabilities of statements.
#[must_use]
pub fn statements(schema: &Schema) -> Option<Vec<Statement>> {
    let properties = schema.json.get("properties")?.as_object()?;
    let statement = |(name, kind): (&String, &Value)| {
        let is_number = kind.get("type").is_some_and(|kind| kind == "number");
        let text = kind.get("description").and_then(Value::as_str).filter(|_| is_number)?;
        Some(Statement { name: name.clone(), text: text.to_owned() })
    };
    let all: Option<Vec<Statement>> = properties.iter().map(statement).collect();
    all.filter(|all| !all.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_come_back_from_their_schema_in_order() {
        let all: Vec<Statement> =
            ["yes", "too_dear", "a"].map(|name| Statement { name: name.into(), text: format!("It is {name}.") }).into();
        assert_eq!(statements(&schema(&all)), Some(all));
    }

    #[test]
    fn a_schema_that_asks_for_text_has_no_statements() {
        for properties in
            [json!({}), json!({"a": {"type": "string", "description": "x"}}), json!({"a": {"type": "number"}})]
        {
            assert_eq!(statements(&Schema { name: "x".into(), json: json!({ "properties": properties }) }), None);
        }
    }
}
