#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(difference) = dewspec::fuzz_targets::response_oracle(data) {
        panic!("{difference}");
    }
});
