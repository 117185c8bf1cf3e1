use core::{fmt, str::FromStr};
use serde::{Deserialize, Serialize};

use crate::text::UnknownName;

/// 评价渠道 (GB/T 39734-2020 clause 6): how a rating came in. It follows from the entrance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// PC 端
    Pc,
    /// 移动端, mini-programs included
    Mobile,
    /// 二维码
    Qr,
    /// 政务大厅平板电脑
    HallPad,
    /// 政务大厅其他终端
    HallTerminal,
    /// 电话
    Phone,
    /// 短信
    Sms,
}

impl Channel {
    /// Every channel, in the order of the national list.
    pub const ALL: [Self; 7] = [
        Self::Pc,
        Self::Mobile,
        Self::Qr,
        Self::HallPad,
        Self::HallTerminal,
        Self::Phone,
        Self::Sms,
    ];

    /// The name on our wire and in columns.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pc => "pc",
            Self::Mobile => "mobile",
            Self::Qr => "qr",
            Self::HallPad => "hall_pad",
            Self::HallTerminal => "hall_terminal",
            Self::Phone => "phone",
            Self::Sms => "sms",
        }
    }

    /// The channel of a web page: what its link says (`?via=sms`), where that is a link that people
    /// follow, else `pc` or `mobile`. Pads and telephones have entrances of their own, so a link
    /// cannot claim them.
    pub fn of_web_page(via: Option<&str>, is_mobile: bool) -> Self {
        match via {
            Some("sms") => Self::Sms,
            Some("qr") => Self::Qr,
            _ if is_mobile => Self::Mobile,
            _ => Self::Pc,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Channel {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|channel| channel.name() == name).ok_or(UnknownName("channel"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_sms_or_qr_and_nothing_else() {
        let check = |via, mobile, expected| {
            assert_eq!(Channel::of_web_page(via, mobile), expected, "{via:?} {mobile}");
        };
        check(None, false, Channel::Pc);
        check(None, true, Channel::Mobile);
        check(Some("sms"), true, Channel::Sms);
        check(Some("qr"), false, Channel::Qr);
        check(Some("hall_pad"), true, Channel::Mobile);
        check(Some("phone"), false, Channel::Pc);
    }

    #[test]
    fn a_channel_is_read_back_from_its_name() {
        for channel in Channel::ALL {
            assert_eq!(channel.name().parse(), Ok(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.name());
        }
    }
}
