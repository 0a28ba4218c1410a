//! The page: template, style, script and data in one file.

use serde_json::Value;

use crate::text::escaped;

const TEMPLATE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page with its data. Nothing in the data can end its element or run: `<` is written as an escape of JSON, and the
/// page allows only script that carries a mark made from the data itself, which no text inside the data can know.
#[must_use]
pub fn html(title: &str, data: &Value) -> String {
    let data = data
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('\u{2028}', "\\u2028");
    let mark = blake3::hash(data.as_bytes()).to_hex()[..32].to_owned();
    let mut out = String::with_capacity(data.len() + SCRIPT.len() + STYLE.len() + TEMPLATE.len());
    // Split at each slot, so that nothing inserted is searched for slots again.
    let mut rest = TEMPLATE;
    while let Some(at) = rest.find("{{") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let end = after.find("}}").unwrap_or(after.len().saturating_sub(2));
        match &after[2..end] {
            "title" => out.push_str(&escaped(title)),
            "mark" => out.push_str(&mark),
            "style" => out.push_str(STYLE),
            "script" => out.push_str(SCRIPT),
            "data" => out.push_str(&data),
            _ => {}
        }
        rest = &after[end + 2..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::folder::{REPORT_HEAD, REPORT_MARK};

    #[test]
    fn hostile_text_stays_text() {
        let evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{script}}";
        let page = html(evil, &json!({ "name": evil }));
        assert!(!page.contains("<script>alert"), "a script from the data");
        assert!(!page.contains("<img"), "a tag from the data");
        assert_eq!(page.matches("<script").count(), 2, "data and program");
        assert!(page.contains("default-src 'none'"));
        let head = &page[..REPORT_HEAD as usize];
        assert!(head.contains(REPORT_MARK), "a page is known by its head");
    }
}
