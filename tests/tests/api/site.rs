//! Whose pages these are: name, marks and numbers on every page, by the nearest region around it.

use haochaping_tests::{Collector, Http, haochaping};

const SITE: &str = r#"
[all]
name = "示例省政务服务"
organiser = "示例省人民政府办公厅"
icp = "示ICP备00000000号"
police = "示公网安备00000000000000号"
site_code = "3200000000"
contact = "0514-00000000"
emblem = "emblem.svg"
favicon = "emblem.svg"

[region.321002]
name = "示例区政务服务"
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let emblem = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    std::fs::write(folder.path().join("emblem.svg"), emblem).unwrap();
    std::fs::write(folder.path().join("site.toml"), SITE).unwrap();
    folder
}

#[test]
fn every_page_says_whose_it_is() {
    let folder = folder();
    let file = folder.path().join("site.toml");
    let collector =
        Collector::start(&["--root-region", "320000", "--site", file.to_str().unwrap()]);
    let http = Http::new();
    let get = |path: &str| http.get(&format!("{}{path}", collector.url()));
    for path in ["/", "/q", "/improvements", "/briefings", "/embed", "/r/none", "/nothing-here"] {
        let page = get(path);
        for text in [
            "示例省政务服务",
            "主办单位：示例省人民政府办公厅",
            "示ICP备00000000号",
            "示公网安备00000000000000号",
            "网站标识码：3200000000",
            "联系方式：0514-00000000",
            "rel=\"icon\"",
        ] {
            assert!(page.text().contains(text), "{path}: {text} is missing");
        }
    }
    let ticket = collector.register(1).remove(0);
    let form = get(&format!("/r/{ticket}"));
    assert!(form.text().contains("示例区政务服务"), "a service of the district is the district's");
    assert!(
        form.text().contains("主办单位：示例省人民政府办公厅"),
        "and what it does not say, the province's"
    );
    assert!(get("/?region=321002").text().contains("示例区政务服务"));

    let name = form.text().split("/site/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let emblem = get(&format!("/site/{name}"));
    assert_eq!((emblem.status, emblem.header("content-type")), (200, "image/svg+xml".to_owned()));
    assert!(
        emblem.header("content-security-policy").contains("sandbox"),
        "opened alone it runs nothing"
    );
    assert_eq!(get("/site/other.svg").status, 404);
}

#[test]
fn a_site_that_cannot_be_read_stops_the_start_with_its_place() {
    let folder = folder();
    let file = folder.path().join("site.toml");
    std::fs::write(&file, "[all]\nname = \"示例\"\nlogo = \"x\"\n").unwrap();
    let data = tempfile::tempdir().unwrap();
    let file = file.to_str().unwrap();
    let usual = ["serve", "--data", data.path().to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let output = haochaping(&[&usual[..], &["--site", file]].concat());
    assert_ne!(output.code, Some(0));
    assert!(
        output.err.contains("site.toml, line 3") && output.err.contains("logo"),
        "{}",
        output.err
    );
}
