//! The finished services of the sample portal. Places and kinds of service are real, everything
//! else is made up: agencies, codes, case numbers and dates.

use haochaping::wire::v1::{ServiceMode, ServiceRegistration};

/// One line of [`SAMPLES`].
#[derive(Clone, Copy, Debug)]
struct Sample {
    region: &'static str,
    agency_code: &'static str,
    agency_name: &'static str,
    item_name: &'static str,
    finished_at: &'static str,
    mode: ServiceMode,
}

/// What the portal registers, in the order in which it lists them. Every agency's name says 示例,
/// and its code has `DEM0` where a real one has the number of the organisation.
pub(crate) fn registrations() -> Vec<ServiceRegistration> {
    SAMPLES.iter().zip(1_u64..).map(|(sample, n)| to_registration(sample, n)).collect()
}

fn to_registration(sample: &Sample, n: u64) -> ServiceRegistration {
    ServiceRegistration {
        case_number: format!("DEMO-{}-{n:04}", sample.region),
        service_number: 1,
        // 事项编码: the agency's code, the kind of item, twelve digits.
        item_code: Some(format!("{}9{n:012}", sample.agency_code)),
        item_name: Some(sample.item_name.to_owned()),
        agency_code: sample.agency_code.to_owned(),
        agency_name: Some(sample.agency_name.to_owned()),
        region: sample.region.to_owned(),
        finished_at: sample.finished_at.to_owned(),
        mode: sample.mode,
        real_name: true,
        window: (sample.mode == OnSite).then(|| format!("示例{n:02}号窗口")),
        staff_number: None,
        visit: None,
    }
}

const fn sample(
    region: &'static str,
    agency_code: &'static str,
    agency_name: &'static str,
    item_name: &'static str,
    finished_at: &'static str,
    mode: ServiceMode,
) -> Sample {
    Sample { region, agency_code, agency_name, item_name, finished_at, mode }
}

use ServiceMode::{OnSite, Online};

#[rustfmt::skip]
const SAMPLES: &[Sample] = &[
    sample("320102002", "11320102DEM000014A", "南京市玄武区示例社会保障服务所", "社会保障卡申领", "2026-11-20T10:12:00+08:00", OnSite),
    sample("320100", "11320100DEM0000228", "南京市示例住房公积金服务部", "住房公积金提取（租赁住房）", "2026-11-19T16:40:00+08:00", Online),
    sample("320104002", "11320104DEM000030W", "南京市秦淮区示例市民服务所", "老年人优待证办理", "2026-11-18T09:25:00+08:00", OnSite),
    sample("320200", "11320200DEM0000495", "无锡市示例市场主体登记处", "个体工商户设立登记", "2026-11-20T14:05:00+08:00", Online),
    sample("320205001", "11320205DEM0000578", "无锡市锡山区示例医疗保障服务所", "城乡居民基本医疗保险参保登记", "2026-11-17T11:30:00+08:00", OnSite),
    sample("320300", "11320300DEM0000650", "徐州市示例出入境服务处", "往来港澳通行证换发", "2026-11-19T10:50:00+08:00", OnSite),
    sample("320302", "11320302DEM000073P", "徐州市鼓楼区示例就业服务所", "失业登记", "2026-11-16T15:20:00+08:00", Online),
    sample("320400", "11320400DEM000081T", "常州市示例食品经营许可处", "食品经营许可（新办）", "2026-11-20T09:40:00+08:00", Online),
    sample("320404002", "11320404DEM00009XC", "常州市钟楼区示例市民服务所", "生育登记", "2026-11-18T14:15:00+08:00", Online),
    sample("320500", "11320500DEM000102G", "苏州市示例居住证服务处", "江苏省居住证签注", "2026-11-20T11:08:00+08:00", Online),
    sample("320506001", "11320506DEM0001102", "苏州市吴中区示例不动产登记所", "不动产登记信息查询", "2026-11-17T10:02:00+08:00", OnSite),
    sample("320600", "11320600DEM000129D", "南通市示例机动车驾驶证服务处", "机动车驾驶证期满换证", "2026-11-19T09:18:00+08:00", OnSite),
    sample("320613", "11320613DEM0001373", "南通市崇川区示例民政服务所", "高龄津贴申领", "2026-11-16T16:05:00+08:00", Online),
    sample("320700", "11320700DEM0001458", "连云港市示例企业登记处", "公司变更登记（住所）", "2026-11-18T15:48:00+08:00", Online),
    sample("320706001", "11320706DEM000153R", "连云港市海州区示例残疾人服务所", "残疾人证换领", "2026-11-17T09:33:00+08:00", OnSite),
    sample("320800", "11320800DEM0001613", "淮安市示例社会保险服务处", "灵活就业人员参保登记", "2026-11-20T15:22:00+08:00", Online),
    sample("320804", "11320804DEM00017XL", "淮安市淮阴区示例农机服务所", "拖拉机行驶证换发", "2026-11-16T10:45:00+08:00", OnSite),
    sample("320900", "11320900DEM0001880", "盐城市示例道路运输服务处", "道路货物运输从业资格证换发", "2026-11-19T14:36:00+08:00", Online),
    sample("320902001", "11320902DEM000196P", "盐城市亭湖区示例教育服务所", "义务教育入学登记", "2026-11-18T10:20:00+08:00", Online),
    sample("321002001", "11321002DEM000209B", "扬州市广陵区示例便民服务所", "城乡居民养老保险待遇申领", "2026-11-20T15:04:05+08:00", OnSite),
    sample("321000", "11321000DEM0002179", "扬州市示例自来水服务处", "居民用水过户", "2026-11-19T11:12:00+08:00", Online),
    sample("321100", "11321100DEM0002259", "镇江市示例公证服务处", "学历公证申请", "2026-11-17T14:50:00+08:00", Online),
    sample("321102", "11321102DEM0002331", "镇江市京口区示例市民服务所", "公共租赁住房资格年审", "2026-11-16T09:55:00+08:00", OnSite),
    sample("321200", "11321200DEM0002414", "泰州市示例医疗保障服务处", "异地就医备案", "2026-11-20T08:58:00+08:00", Online),
    sample("321203001", "11321203DEM00025X7", "泰州市高港区示例民政服务所", "临时救助申请", "2026-11-18T16:30:00+08:00", OnSite),
    sample("321300", "11321300DEM0002681", "宿迁市示例人才服务处", "流动人员人事档案接收", "2026-11-19T15:10:00+08:00", Online),
    sample("321311", "11321311DEM000276R", "宿迁市宿豫区示例税费服务所", "城镇居民社保费缴纳证明开具", "2026-11-17T16:16:00+08:00", OnSite),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use haochaping::{region::Region, service::Service};

    use super::*;

    #[test]
    fn every_sample_passes_the_collectors_checks() {
        for sent in registrations() {
            let case = sent.case_number.clone();
            let service =
                Service::try_from(sent).unwrap_or_else(|faults| panic!("{case}: {faults:?}"));
            assert!(
                service.agency_name.unwrap().contains("示例"),
                "{case} does not say that it is made up"
            );
        }
    }

    #[test]
    fn all_13_cities_of_jiangsu_have_services() {
        let regions: Vec<Region> =
            registrations().iter().map(|sent| sent.region.parse().unwrap()).collect();
        let cities: BTreeSet<Region> = regions.iter().map(|region| region.city()).collect();
        let jiangsu: Region = "320000".parse().unwrap();
        assert_eq!(cities, jiangsu.builtin_children().collect());
    }

    #[test]
    fn no_two_samples_share_a_case_number_an_agency_or_an_item() {
        let sent = registrations();
        let n_distinct = |part: fn(&ServiceRegistration) -> String| {
            sent.iter().map(part).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(n_distinct(|s| s.case_number.clone()), sent.len());
        assert_eq!(n_distinct(|s| s.agency_code.clone()), sent.len());
        assert_eq!(n_distinct(|s| s.item_code.clone().unwrap()), sent.len());
    }
}
