package io.vmha.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for a file that is refused in any other way than by one line: {@code mvn -Pfull -pl examples/scenario-runner -am test}. */
@Tag("fuzz")
class ScenarioFuzzTest {

    @FuzzTest(maxDuration = "1m")
    void whateverAFileHoldsItIsReadOrRefusedInOneLine(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        read(text);
        // Most of what can go wrong lies behind a beginning that is right.
        read(ScenarioFiles.with(text));
    }

    private static void read(String text) {
        try {
            ScenarioReader.read(ScenarioFiles.FILE, text);
        } catch (ScenarioException refused) {
            assertThat(refused.getMessage())
                    .startsWith(ScenarioFiles.FILE)
                    .doesNotContainPattern("[\\p{Cntrl}\\u2028]");
        }
    }
}
