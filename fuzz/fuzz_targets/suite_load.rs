#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(difference) = dewspec_fuzz::suite_load(data) {
        panic!("{difference}");
    }
});
