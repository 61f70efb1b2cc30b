package io.vmha.scenario;

import static io.vmha.scenario.ScenarioFiles.refusal;
import static io.vmha.scenario.ScenarioFiles.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that want to exhaust the stack, the memory, the clock or the reader of the message end in one line. */
class HostileFileTest {

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- ", "? "})
    void deepNestingIsRefusedWithItsPlace(String level) {
        assertThat(refusal("name: n\nevents:\n  " + level.repeat(200_000)))
                .startsWith("test.yaml:3:")
                .contains("is nested more than 20 levels deep");
    }

    @Test
    void anAliasBombIsRefusedWhereItGrowsTooLarge() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
        }

        assertThat(refusal(bomb.toString())).contains("has more than 1000000 values");
    }

    @Test
    void anAliasOfWhatItStandsInIsRefused() {
        assertThat(refusal("name: &a [*a]")).contains("*a stands within what it stands for");
    }

    @Test
    void anAliasMayStandForAnother() {
        assertThat(ScenarioFiles.read("""
                                events:
                                  - {at: 0, vmFault: &fault {vm: mw1, kind: IO_ERROR}}
                                  - {at: 1, vmFault: *fault}
                                """).events()).hasSize(2);
    }

    @Test
    void anEndlessListIsRefused() {
        assertThat(refusal("events: [" + "0,".repeat(1_000_001) + "]")).contains("has more than 1000000 values");
    }

    @Test
    void anEndlessTextIsRefused() {
        assertThat(refusal("name: " + "n".repeat(10_001))).contains("a value has more than 10000 characters");
    }

    @Test
    void anEndlessKeyIsRefused() {
        assertThat(refusal("k".repeat(900) + ": 1")).contains("unknown key").contains("kkk...");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e18", "9223372036854775807", "3155760001", "1e308"})
    void aTimePastWhatAClockHoldsIsRefused(String at) {
        assertThat(refusal(with("events: [{at: " + at + ", hostDown: {host: h1}}]")))
                .contains("events[0].at: must be at most 100 years");
    }

    @Test
    void theLatestTimeCanBeRun() {
        ScenarioResult result = ScenarioRun.run(ScenarioFiles.read("""
                events: [{at: 3155760000, vmFault: {vm: mw1, kind: IO_ERROR}}]
                expect: [{at: 3155760000, subject: mw1, outcome: REDIRECTED}]
                """));

        assertThat(result.failures()).isEmpty();
    }

    @Test
    void sizesThatHaveNoSumAreRefused() {
        assertThat(refusal(with("").replace("memoryMiB: 4096", "memoryMiB: 9223372036854775807")))
                .contains("vms[0].memoryMiB: must be from 0 to 1000000000000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a\\nb\"", "\"a\\e[2Jb\"", "\"a\\u202eb\"", "\"a\\u2028b\""})
    void whatWouldBreakOrHideALineIsEscaped(String key) {
        assertThat(refusal(with(key + ": 1"))).contains("a\\u").contains("unknown key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"%YAML 99999999999.1\n---\na", "!<", "&", "*", "a: b: c", "\"\\uD800\"", "--- a\n--- b", "\0"})
    void whatIsNoYamlIsOneLine(String text) {
        refusal(text);
    }

    @Test
    void rubbishIsOneLine() {
        String bits = "[]{},:-?&*!|>'\"%@`# \n\tab01~";
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i >= 0; i--) {
                text.append(bits.charAt(random.nextInt(bits.length())));
            }
            refusal(text.toString());
        }
    }

    @Test
    void aDeviceWithoutAnEndIsRefused() {
        assertThat(catchThrowableOfType(ScenarioException.class, () -> ScenarioReader.read(Path.of("/dev/zero"))))
                .hasMessage("/dev/zero: is larger than 16 MiB");
    }

    @Test
    void aFolderIsRefused(@TempDir Path folder) {
        assertThat(catchThrowableOfType(ScenarioException.class, () -> ScenarioReader.read(folder)))
                .hasMessageContaining("cannot be read");
    }
}
