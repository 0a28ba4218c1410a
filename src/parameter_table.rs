//! How a table of parameters is written: one line each, with range, unit, source and certainty.

/// Writes the struct of a table of parameters from lines of `name: least..=most, unit, source, certainty;` under the doc comment
/// that tells the meaning; a parameter is one key in `configs/` and one entry with its range in the JSON schema. Fields that are
/// no plain numbers stand in braces before and after the others.
macro_rules! table {
    (
        $(#[$meta:meta])*
        $name:ident {
            $({ $($(#[$first_meta:meta])* $first:ident: $first_type:ty,)* })?
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $min:literal..=$max:literal, $unit:literal, $source:literal,
                $certainty:literal;
            )+
            $({ $($(#[$last_meta:meta])* $last:ident: $last_type:ty,)* })?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($($(#[$first_meta])* pub $first: $first_type,)*)?
            $(
                $(#[doc = $doc])+
                #[schemars(
                    range(min = $min, max = $max),
                    extend("x-unit" = $unit, "x-source" = $source, "x-certainty" = $certainty)
                )]
                pub $field: f64,
            )+
            $($($(#[$last_meta])* pub $last: $last_type,)*)?
        }
    };
}

pub(crate) use table;
