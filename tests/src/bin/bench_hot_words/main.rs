//! What hot words cost: comments a second that are cut into words, and the memory of the dictionary.
//!
//! `cargo xtask bench hot-words`, some seconds on one core.
//!
//! Comments are made of 24 sentences as people write them, three or four in a row, about 35 characters each.

use std::{collections::BTreeMap, fs, time::Instant};

use haochaping_server::hot_words::cutter::Cutter;

const SENTENCES: [&str; 24] = [
    "办事指南写得不清楚",
    "窗口人员态度很好",
    "排队等了一个多小时",
    "一窗受理确实方便",
    "系统卡顿，照片上传失败",
    "材料反复提交了三次",
    "工作人员一次告知了所有材料",
    "不用来回跑了",
    "自助机坏了没人管",
    "社保卡当场就拿到了",
    "电话一直打不通",
    "不动产登记很快",
    "网上办理的页面打不开",
    "停车位太少了",
    "叫号机旁边有人引导",
    "老人不会用手机",
    "审批时限写的五天实际用了两周",
    "多头跑窗口和部门",
    "证明事项取消了真好",
    "营业执照当天办好",
    "人脸识别老是通不过",
    "医保报销的流程说不明白",
    "延时服务很贴心",
    "服务态度生硬，业务不熟",
];
const N: usize = 200_000;

#[expect(clippy::print_stdout, reason = "a measurement prints what it found")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let comments: Vec<String> = (0..N)
        .map(|n| (0..3 + n % 2).map(|k| SENTENCES[(n * 7 + k * 11 + n / 24) % 24]).collect::<Vec<_>>().join("，"))
        .collect();
    let before = resident()?;
    let loaded = Instant::now();
    let cutter = Cutter::new(BTreeMap::new());
    let (load, memory) = (loaded.elapsed(), resident()?.saturating_sub(before));
    let begun = Instant::now();
    let n_words: usize = comments.iter().map(|comment| cutter.words(comment).len()).sum();
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown without decimals")]
    let (per_second, words) = (N as f64 / seconds, n_words as f64 / N as f64);
    println!("dictionary: {} KB of memory, loaded in {} ms", memory, load.as_millis());
    println!("cut: {per_second:.0} comments a second on one core, {words:.1} hot words in each");
    Ok(())
}

/// Memory of this process in KB.
fn resident() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
