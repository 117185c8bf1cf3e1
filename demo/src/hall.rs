//! 窗口模拟: what a window's own system does, as a customer of the collector would write it. It
//! calls whoever was served, takes the call back, and can cut the pad's network off by halting the
//! collector for a while.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use haochaping::{
    form::html::escape,
    portal::{Answer, Portal, Request},
    wire::v1::{ServiceMode, ServiceRegistration},
};
use rustix::process::{Pid, Signal, kill_process};

use crate::pages::{Frame, frame};

/// The window that the demo has.
pub(crate) const WINDOW: &str = "demo-a01";
/// How long the network is away.
const CUT: Duration = Duration::from_secs(20);
/// Longer than the collector ever takes.
const TIME_LIMIT: Duration = Duration::from_secs(20);
const ITEMS: [&str; 3] = ["社会保障卡申领", "灵活就业人员参保登记", "基本医疗保险关系转移接续"];

/// The system of the hall's windows.
#[derive(Debug)]
pub(crate) struct Hall {
    collector: String,
    client: Portal,
    /// The process to halt.
    process: Option<Pid>,
    /// What the collector said last.
    message: Mutex<String>,
    /// A number of its own for every case, also over restarts.
    next: AtomicU32,
}

impl Hall {
    /// The windows' system with its key; `started` numbers its cases.
    pub(crate) fn new(collector: &str, key: &str, process: Option<Pid>, started: u32) -> Arc<Self> {
        Arc::new(Self {
            collector: collector.to_owned(),
            client: Portal::new(collector, key),
            process,
            message: Mutex::default(),
            next: AtomicU32::new(started),
        })
    }

    /// Does what a button says.
    pub(crate) async fn act(self: &Arc<Self>, action: &str) {
        let request = match action {
            "call" => self.client.call(WINDOW, &self.services(1)),
            "visit" => self.client.call(WINDOW, &self.services(ITEMS.len())),
            "withdraw" => self.client.withdraw(WINDOW),
            "cut" => return self.cut(),
            _ => self.client.standing(WINDOW),
        };
        let sent = tokio::task::spawn_blocking(move || send(&request)).await;
        let message = match sent.context("the request ended early").and_then(|sent| sent) {
            Ok((status, body)) => match self.client.called(Answer { status, body: &body }) {
                Ok(call) => format!(
                    "{}，{}",
                    if call.state == "open" { "正在邀请评价" } else { "已结束" },
                    if call.pad_connected { "评价器在线" } else { "评价器不在线" }
                ),
                Err(error) => error.to_string(),
            },
            Err(error) => format!("{error:#}"),
        };
        self.say(message);
    }

    fn say(&self, message: String) {
        *self.message.lock().unwrap_or_else(PoisonError::into_inner) = message;
    }

    /// Finished services; several are of one visit.
    fn services(&self, n: usize) -> Vec<ServiceRegistration> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let service = |(at, item): (usize, &&str)| ServiceRegistration {
            case_number: format!("DEMO-HALL-{number}-{at}"),
            service_number: 1,
            item_name: Some((*item).to_owned()),
            agency_code: "11321002DEM000209B".into(),
            agency_name: Some("扬州市广陵区示例便民服务所".into()),
            region: "321002001".into(),
            finished_at: "2026-11-20T15:04:05+08:00".into(),
            mode: ServiceMode::OnSite,
            real_name: true,
            visit: (n > 1).then(|| format!("DEMO-VISIT-{number}")),
            ..ServiceRegistration::default()
        };
        ITEMS.iter().take(n).enumerate().map(service).collect()
    }

    /// Halts the collector, so that the pad reaches nothing, and lets it go on after a while.
    fn cut(self: &Arc<Self>) {
        let Some(process) = self.process else {
            return self.say("找不到评价系统的进程".into());
        };
        if let Err(error) = kill_process(process, Signal::STOP) {
            return self.say(format!("网络没有断开：{error}"));
        }
        self.say(format!("网络已断开，{} 秒后恢复。评价器上可以照常评价。", CUT.as_secs()));
        let hall = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(CUT).await;
            let went_on = kill_process(process, Signal::CONT);
            hall.say(
                went_on.map_or_else(
                    |error| format!("网络没有恢复：{error}"),
                    |()| "网络已恢复".into(),
                ),
            );
        });
    }

    /// The page.
    pub(crate) fn page(&self) -> String {
        let message = self.message.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let buttons = [
            ("call", "一项业务办结，邀请评价"),
            ("visit", "一次办了三项，邀请评价"),
            ("withdraw", "人已离开，撤回邀请"),
            ("standing", "查看状态"),
            ("cut", "断网 20 秒"),
        ];
        let buttons: String = buttons
            .iter()
            .map(|(value, text)| {
                format!("<p><button class=\"button\" name=\"action\" value=\"{value}\">{text}</button></p>")
            })
            .collect();
        let content = format!(
            "<p class=\"lead\">这里模拟窗口自己的业务系统。先在另一个页面打开评价器，用终端里显示的配对码配对。</p>\
             <p><a class=\"button\" href=\"{}/pad/{WINDOW}\" target=\"_blank\" rel=\"noopener\">打开评价器</a></p>\
             <p role=\"status\"><strong>{}</strong></p><form method=\"post\" action=\"/hall\">{buttons}</form>\
             <p class=\"lead\">窗口系统只知道邀请是否结束，不知道评价的内容。</p>",
            self.collector,
            escape(&message)
        );
        frame(
            &self.collector,
            &Frame { title: "窗口模拟", path: "/hall", script: "", content: &content },
        )
    }
}

fn send(request: &Request) -> Result<(u16, Vec<u8>)> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(TIME_LIMIT))
        .build();
    let agent = ureq::Agent::from(config);
    let mut sent = ureq::http::Request::builder().method(request.method).uri(&request.url);
    for (name, value) in &request.headers {
        sent = sent.header(*name, value);
    }
    let answered = if request.method == "GET" {
        agent.run(sent.body(())?)
    } else {
        agent.run(sent.body(&request.body[..])?)
    };
    let mut answer = answered.context("the collector cannot be reached")?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_vec()?))
}
