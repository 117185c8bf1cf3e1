//! What the collector sends to other systems, and how it is signed.

use haochaping::work_order::ActionKind;
use haochaping_store::outbox::NoticeKind;
use serde_json::{Value, json};

use super::names::reference;

/// What becomes of a message that is not taken, see `outbox`.
const NOT_TAKEN: &str = "未收到：间隔渐长地重发，遵守 Retry-After；三天无人接收的不再重发，可在工作台的消息投递页重发。\
    \n\nIt is sent again with growing waits, as Retry-After says; after three days it waits to be sent again at the desk.";

/// A message: its name here, whom it goes to, its types, and the type of its data.
struct Message {
    operation: &'static str,
    title: &'static str,
    zh: &'static str,
    en: &'static str,
    types: Vec<String>,
    data: &'static str,
}

/// Every message by its name.
pub(super) fn all() -> Value {
    let steps = ActionKind::ALL.iter().map(|kind| kind.name());
    let notices = [NoticeKind::Reminder, NoticeKind::Overdue].map(NoticeKind::name);
    let of_orders = steps.chain(notices).map(|kind| format!("work_order.{kind}")).collect();
    let messages = [
        Message {
            operation: "onWorkOrderEvent",
            title: "工单变动 · A step of a work order",
            zh: "发给热线（hotline）与部门（department）接收端：工单的每一步，以及时限将至（reminder）与超时（overdue）。同一工单按 sequence 依次送达。",
            en: "To endpoints of hotlines and departments: each step of an order, and terms that are near or over. In the order of `sequence` for one work order.",
            types: of_orders,
            data: "WorkOrderEvent",
        },
        Message {
            operation: "onRatingReplied",
            title: "答复评价人 · The reply to the rater",
            zh: "发给短信网关等 raters 接收端：把答复发给评价人。",
            en: "To endpoints of kind `raters`: the reply, to be sent to the rater.",
            types: vec!["rating.replied".to_owned()],
            data: "RaterMessage",
        },
        Message {
            operation: "onServiceFinished",
            title: "邀请评价 · An invitation to rate",
            zh: "发给门户等 invitations 接收端：邀请办事人评价，只发一次；已评价的不再发。",
            en: "To endpoints of kind `invitations`: an invitation to rate a finished service, once, and not after it was rated.",
            types: vec!["service.finished".to_owned()],
            data: "Invitation",
        },
    ];
    messages
        .into_iter()
        .map(|message| (message.operation.to_owned(), json!({"post": operation(&message)})))
        .collect()
}

fn operation(message: &Message) -> Value {
    let body = json!({
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "enum": message.types, "description": "消息的种类。\n\nThe kind of message."},
            "timestamp": {
                "type": "string",
                "description": "事件发生的时间，RFC 3339；接收方不应知道钟点的只有日期。\n\nWhen it happened; a civil date where the receiver must not know the minute.",
                "examples": ["2026-11-20T15:04:05+08:00"],
            },
            "data": reference(message.data),
        },
    });
    json!({
        "operationId": message.operation,
        "tags": ["messages"],
        "summary": message.title,
        "description": format!("{}\n\n{}", message.zh, message.en),
        "security": [],
        "parameters": signature(),
        "requestBody": {"required": true, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "已收到。\n\nIt was taken."},
            "4XX": {"description": NOT_TAKEN},
            "5XX": {"description": NOT_TAKEN},
        },
    })
}

/// The headers by which the receiver knows whose message it is.
fn signature() -> Value {
    let header = |name: &str, zh: &str, en: &str, example: &str| {
        json!({
            "name": name, "in": "header", "required": true, "description": format!("{zh}\n\n{en}"),
            "schema": {"type": "string"}, "example": example,
        })
    };
    json!([
        header(
            "webhook-id",
            "消息编号，重发时不变，可据此去重。",
            "The same at each attempt, to tell repetitions by.",
            "msg_0190f3a27c1e7b3a"
        ),
        header(
            "webhook-timestamp",
            "发送时间，自 1970 年起的秒数。",
            "Seconds since 1970, of this attempt.",
            "1795160645"
        ),
        header(
            "webhook-signature",
            "“v1,”加上 编号.时间.正文 的 HMAC-SHA256（base64），密钥为接收端的密钥。SDK 有校验函数。",
            "`v1,` and base64 of HMAC-SHA256 over id.timestamp.body with the endpoint's secret; the SDK verifies it.",
            "v1,47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        ),
    ])
}
