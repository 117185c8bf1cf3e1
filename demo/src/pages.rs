//! The portal's pages as HTML. All text from outside goes through `escape`.

use std::fmt::Write as _;

use haochaping::{form::html::escape, region::Region, wire::v1::ServiceMode};

use crate::seed::Finished;

/// The services whose result the front page shows: one on site in a street, one online.
const SHOWN: [&str; 2] = ["321002001", "320500"];

/// 办件结果: two finished services, each with the widget as a customer embeds it.
pub(crate) fn results(collector: &str, finished: &[Finished]) -> String {
    let mut content = String::from(
        "<p class=\"lead\">尊敬的示例用户，您申请的以下事项已经办结。请对本次服务作出评价，您的意见将用于改进政务服务。</p>",
    );
    for code in SHOWN {
        if let Some(one) = finished.iter().find(|one| one.service.region == code) {
            put_result(&mut content, one);
        }
    }
    content.push_str(
        "<p class=\"more\"><a class=\"button\" href=\"/services\">查看全省各市办结事项</a></p>",
    );
    let script =
        format!("<script type=\"module\" src=\"{collector}/v1/haochaping.js\"></script>\n");
    frame(collector, &Frame { title: "办件结果", path: "/", script: &script, content: &content })
}

fn put_result(out: &mut String, one: &Finished) {
    let service = &one.service;
    let item = escape(service.item_name.as_deref().unwrap_or_default());
    let rows = [
        ("办件编号", escape(&service.case_number)),
        ("办理部门", escape(service.agency_name.as_deref().unwrap_or_default())),
        ("办理地区", place(&service.region)),
        ("办理方式", mode(service.mode).to_owned()),
        ("办结时间", date(&service.finished_at)),
    ];
    let id = escape(&service.case_number);
    let _ = write!(
        out,
        "<article class=\"result\" aria-labelledby=\"{id}\"><header><h2 id=\"{id}\">{item}</h2>\
         <p class=\"state\">已办结</p></header><dl>"
    );
    for (name, text) in rows {
        let _ = write!(out, "<div><dt>{name}</dt><dd>{text}</dd></div>");
    }
    let _ = write!(
        out,
        "</dl><section class=\"rate\" aria-label=\"服务评价：{item}\">\
         <hao-cha-ping ticket=\"{}\" theme=\"auto\"><a href=\"{}\">评价本次服务</a></hao-cha-ping></section></article>",
        escape(&one.ticket),
        escape(&one.url)
    );
}

/// Finished services of all cities, each with the link to its rating page.
pub(crate) fn services(collector: &str, finished: &[Finished]) -> String {
    let n_rated = finished.iter().filter(|one| one.rated_on.is_some()).count();
    let mut content = format!(
        "<p class=\"lead\">全省 13 个设区市近期办结事项 {} 件，其中已评价 {n_rated} 件。</p>\
         <table class=\"list\" role=\"table\"><caption>各市办结事项（示例数据）</caption>\
         <thead role=\"rowgroup\"><tr role=\"row\">",
        finished.len()
    );
    for head in ["地区", "办理事项", "办理部门", "办结日期", "服务评价"] {
        let _ = write!(content, "<th scope=\"col\" role=\"columnheader\">{head}</th>");
    }
    // Roles are written out, since on a narrow screen the rows are laid out as blocks and would
    // lose them.
    content.push_str("</tr></thead><tbody role=\"rowgroup\">");
    for one in finished {
        put_row(&mut content, one);
    }
    content.push_str("</tbody></table>");
    frame(collector, &Frame { title: "各市办件", path: "/services", script: "", content: &content })
}

fn put_row(out: &mut String, one: &Finished) {
    let service = &one.service;
    let item = escape(service.item_name.as_deref().unwrap_or_default());
    let rating = one.rated_on.as_deref().map_or_else(
        || {
            format!(
                "<a class=\"button small\" href=\"{}\" aria-label=\"评价：{item}\">评价</a>",
                escape(&one.url)
            )
        },
        |on| {
            format!(
                "<span class=\"rated\">已评价</span> <time datetime=\"{0}\">{0}</time>",
                escape(on)
            )
        },
    );
    let cells = [
        place(&service.region),
        item,
        escape(service.agency_name.as_deref().unwrap_or_default()),
        date(&service.finished_at)[..10].to_owned(),
        rating,
    ];
    out.push_str("<tr role=\"row\">");
    for cell in cells {
        let _ = write!(out, "<td role=\"cell\">{cell}</td>");
    }
    out.push_str("</tr>");
}

/// The page for an address that is none of ours.
pub(crate) fn not_found(collector: &str) -> String {
    let content = "<p class=\"lead\">没有这个页面。</p><p><a class=\"button\" href=\"/\">返回办件结果</a></p>";
    frame(collector, &Frame { title: "页面不存在", path: "", script: "", content })
}

/// City and district; streets belong to their district here.
fn place(code: &str) -> String {
    let Ok(region) = code.parse::<Region>() else { return escape(code) };
    let around = [Some(region.city()), region.ancestors().find(|r| r.builtin_name().is_some())];
    let mut names: Vec<&str> =
        around.into_iter().flatten().filter_map(Region::builtin_name).collect();
    names.dedup();
    escape(&names.concat())
}

fn mode(mode: ServiceMode) -> &'static str {
    match mode {
        ServiceMode::Online => "网上办理",
        ServiceMode::OnSite => "窗口办理",
    }
}

/// `2026-11-20T15:04:05+08:00` as a person reads it; the samples are all in China's time.
fn date(rfc3339: &str) -> String {
    rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ")
}

pub(crate) struct Frame<'a> {
    pub(crate) title: &'a str,
    pub(crate) path: &'a str,
    pub(crate) script: &'a str,
    pub(crate) content: &'a str,
}

pub(crate) fn frame(collector: &str, page: &Frame<'_>) -> String {
    let links = [
        ("/", "办件结果"),
        ("/services", "各市办件"),
        ("/playground", "组件试用台"),
        ("/hall", "窗口模拟"),
        ("/gallery", "组件状态"),
    ];
    let mut nav = String::new();
    for (path, name) in links {
        let current = if path == page.path { " aria-current=\"page\"" } else { "" };
        let _ = write!(nav, "<li><a href=\"{path}\"{current}>{name}</a></li>");
    }
    let Frame { title, script, content, .. } = page;
    format!(
        "<!doctype html>
<html lang=\"zh-Hans\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>{title} - 江苏政务服务（示例）</title>
<link rel=\"icon\" href=\"data:,\">
<link rel=\"stylesheet\" href=\"/portal.css\">
{script}</head>
<body>
<a class=\"skip\" href=\"#main\">跳到正文</a>
<p class=\"sample\" role=\"note\"><strong>示例数据</strong> 这不是政府网站：事项、部门、编号均为虚构，仅用于演示。</p>
<header class=\"band\"><div class=\"inner\"><p class=\"name\"><a href=\"/\">江苏政务服务（示例）</a></p><p class=\"motto\">一网通办 · 办事有评价</p></div></header>
<nav class=\"menu\" aria-label=\"主导航\"><ul class=\"inner\">{nav}<li><a href=\"{collector}/\">评价公开</a></li></ul></nav>
<div class=\"inner\"><nav class=\"crumbs\" aria-label=\"当前位置\"><ol><li><a href=\"/\">首页</a></li><li aria-current=\"page\">{title}</li></ol></nav></div>
<main id=\"main\" class=\"inner\" tabindex=\"-1\">
<h1>{title}</h1>
{content}
</main>
<footer><div class=\"inner\"><p>政务服务“好差评”：五级评价，一事一评，结果公开。</p><p><a href=\"{collector}/q\">查询我的评价</a><a href=\"{collector}/\">评价公开</a></p><p>江苏政务服务（示例）· 示例数据，非政府网站</p></div></footer>
</body>
</html>
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::registrations;

    fn finished() -> Vec<Finished> {
        let all = registrations().into_iter().map(|service| Finished {
            service,
            ticket: "T1".into(),
            url: "http://127.0.0.1:8089/r/T1".into(),
            rated_on: None,
        });
        all.collect()
    }

    #[test]
    fn the_result_page_embeds_the_widget_twice_with_a_link_that_works_without_it() {
        let html = results("http://127.0.0.1:8089", &finished());
        let embed = "<hao-cha-ping ticket=\"T1\" theme=\"auto\"><a href=\"http://127.0.0.1:8089/r/T1\">评价本次服务</a>";
        assert_eq!(html.matches(embed).count(), 2);
        assert!(html.contains(
            "<script type=\"module\" src=\"http://127.0.0.1:8089/v1/haochaping.js\"></script>"
        ));
    }

    #[test]
    fn a_rated_service_shows_its_date_and_no_link() {
        let mut all = finished();
        all.truncate(1);
        all[0].rated_on = Some("2026-11-23".into());
        let html = services("http://127.0.0.1:8089", &all);
        assert!(html.contains("已评价</span> <time datetime=\"2026-11-23\">2026-11-23</time>"));
        assert!(!html.contains("/r/T1"));
    }

    #[test]
    fn a_place_is_named_by_city_and_district() {
        assert_eq!(place("321002001"), "扬州市广陵区");
        assert_eq!(place("320500"), "苏州市");
    }

    #[test]
    fn a_text_from_outside_stays_text() {
        let mut all = finished();
        all[0].service.item_name = Some("<script>x</script>".into());
        assert!(!services("", &all).contains("<script>x"));
    }
}
