//! The reading room: scenario and study files, inheritance, spans, checks, schema.

pub mod scenario;
