//! 试用台: the element with every attribute to choose, the code for it, and what its events say.
//! The choice is a plain form, so the address holds it; only the list of events needs script.

use std::fmt::Write as _;

use haochaping::form::html::escape;
use serde::Deserialize;

use crate::{
    pages::{Frame, frame},
    seed::Finished,
};

/// What is chosen in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    preset: String,
}

/// A choice: its name in the address, its label, and value and label of what can be chosen; the
/// first is the default.
struct Choice {
    name: &'static str,
    label: &'static str,
    values: &'static [(&'static str, &'static str)],
}

const CHOICES: [Choice; 4] = [
    Choice {
        name: "lang",
        label: "语言 lang",
        values: &[("zh-Hans", "简体中文"), ("zh-Hant", "繁體中文"), ("en", "English")],
    },
    Choice {
        name: "mode",
        label: "模式 mode",
        values: &[("inline", "标准"), ("elder", "大字版"), ("pad", "大厅平板")],
    },
    Choice {
        name: "theme",
        label: "明暗 theme",
        values: &[("light", "浅色"), ("dark", "深色"), ("auto", "随系统")],
    },
    Choice {
        name: "preset",
        label: "配色",
        values: &[("default", "默认"), ("red", "政务红"), ("blue", "政务蓝")],
    },
];

impl Chosen {
    /// The value in force of a choice: one that is offered, never what an address makes up.
    fn value(&self, choice: &Choice) -> &'static str {
        let asked = match choice.name {
            "lang" => &self.lang,
            "mode" => &self.mode,
            "theme" => &self.theme,
            _ => &self.preset,
        };
        choice
            .values
            .iter()
            .find(|(value, _)| value == asked)
            .map_or(choice.values[0].0, |(value, _)| value)
    }
}

/// The page, with a service that is not rated yet; without one it says where to get more.
pub(crate) fn page(collector: &str, finished: &[Finished], chosen: &Chosen) -> String {
    let mut content = String::from("<form class=\"choose\" method=\"get\" action=\"/playground\">");
    for choice in &CHOICES {
        let current = chosen.value(choice);
        let _ = write!(content, "<label>{} <select name=\"{}\">", choice.label, choice.name);
        for (value, label) in choice.values {
            let selected = if *value == current { " selected" } else { "" };
            let _ = write!(content, "<option value=\"{value}\"{selected}>{label}</option>");
        }
        content.push_str("</select></label>");
    }
    content.push_str("<button class=\"button\" type=\"submit\">应用</button></form>");
    let [lang, mode, theme, preset] = [0, 1, 2, 3].map(|at| chosen.value(&CHOICES[at]));
    let Some(one) = finished.iter().find(|one| one.rated_on.is_none()) else {
        content.push_str(
            "<p class=\"lead\">示例事项都已评价。删除 target/demo 后重新启动，可以再次试用。</p>",
        );
        return frame(
            collector,
            &Frame { title: "组件试用台", path: "/playground", script: "", content: &content },
        );
    };
    let element = format!(
        "<hao-cha-ping ticket=\"{}\" lang=\"{lang}\" mode=\"{mode}\" theme=\"{theme}\">\
         <a href=\"{}\">评价本次服务</a></hao-cha-ping>",
        escape(&one.ticket),
        escape(&one.url)
    );
    let tag =
        format!("<script type=\"module\" src=\"{}/v1/haochaping.js\"></script>", escape(collector));
    let style = if preset == "default" {
        String::new()
    } else {
        format!("<link rel=\"stylesheet\" href=\"/themes/government-{preset}.css\">\n")
    };
    let _ = write!(
        content,
        "<section aria-label=\"组件\">{element}</section>\
         <h2>代码</h2><pre tabindex=\"0\"><code>{}</code></pre>\
         <h2>事件</h2><ol class=\"events\" id=\"events\" role=\"log\" aria-label=\"事件\"></ol>\
         <p><a href=\"{collector}/embed\">接入指南</a></p>",
        escape(&format!("{style}{tag}\n{element}"))
    );
    let script = format!("{style}{tag}\n<script src=\"/playground.js\" defer></script>\n");
    frame(
        collector,
        &Frame {
            title: "组件试用台", path: "/playground", script: &script, content: &content
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_chooses_only_what_is_offered() {
        let chosen = Chosen { lang: "en".into(), mode: "\"><script>".into(), ..Chosen::default() };
        let html = page("http://127.0.0.1:8089", &[], &chosen);
        assert!(
            html.contains("value=\"en\" selected") && html.contains("value=\"inline\" selected")
        );
        assert!(!html.contains("<script>"));
    }
}
