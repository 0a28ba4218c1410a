//! `datapackage.json`: a description of the tables that data tools read (Frictionless tabular data package, version 1).
//!
//! It holds nothing that changes between repetitions of a study.

use serde_json::{Value, json};

use crate::tables::{ColumnKind, Table};

/// The package of a study with these tables.
#[must_use]
pub fn datapackage(
    name: &str,
    title: &str,
    results_version: u32,
    tables: impl Iterator<Item = Table>,
) -> Value {
    json!({
        "profile": "tabular-data-package",
        "name": name.to_lowercase(),
        "title": title,
        "description": "Results of a study with spillover. Every number is conditional on the leadership outcome of its row; the program never states how likely an outcome is. Where the figures come from is in manifest.json.",
        "spillover": { "results_version": results_version },
        "resources": tables.map(resource).collect::<Vec<_>>(),
    })
}

fn resource(table: Table) -> Value {
    let fields = table.columns().into_iter().map(|column| {
        let kind = match column.kind {
            ColumnKind::Text => "string",
            ColumnKind::Integer => "integer",
            ColumnKind::Number => "number",
            ColumnKind::Date => "date",
            ColumnKind::Boolean => "boolean",
        };
        let mut field = field(column.name, kind, column.about);
        if !column.unit.is_empty() {
            field["unit"] = column.unit.into();
        }
        field
    });
    csv_resource(table.file(), table.about(), fields.collect())
}

/// A column of a table; `kind` is a type of Frictionless' table schema, such as `number`. Without a description when `about` is empty.
#[must_use]
pub fn field(name: &str, kind: &str, about: &str) -> Value {
    let mut field = json!({ "name": name, "type": kind });
    if !about.is_empty() {
        field["description"] = about.into();
    }
    field
}

/// A CSV file of a folder of results, as all commands write them; it is named after its file.
#[must_use]
pub fn csv_resource(file: &str, about: &str, fields: Vec<Value>) -> Value {
    json!({
        "profile": "tabular-data-resource",
        "name": file.trim_end_matches(".csv"),
        "path": file,
        "description": about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": { "delimiter": ",", "lineTerminator": "\n", "quoteChar": "\"", "doubleQuote": true, "header": true },
        "schema": { "fields": fields, "missingValues": [""] },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_described_with_its_columns() {
        let package = datapackage("My_Study", "A study", 1, Table::ALL.into_iter());
        assert_eq!(package["name"], "my_study");
        let resources = package["resources"].as_array().unwrap();
        assert_eq!(resources.len(), Table::ALL.len());
        for (resource, table) in resources.iter().zip(Table::ALL) {
            assert_eq!(resource["path"], table.file());
            assert_eq!(
                resource["schema"]["fields"].as_array().unwrap().len(),
                table.columns().len()
            );
        }
        assert_eq!(
            resources[0]["schema"]["fields"][4],
            json!({"name": "date", "type": "date", "description": "Date, ISO 8601."})
        );
    }
}
