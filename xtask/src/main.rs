mod codegen;
fn main() -> anyhow::Result<()> {
    codegen::run(std::path::Path::new("."), false)
}
