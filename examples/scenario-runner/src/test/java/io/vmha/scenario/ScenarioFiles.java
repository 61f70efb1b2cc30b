package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Scenario files as text, for tests. */
final class ScenarioFiles {
    static final String FILE = "test.yaml";
    private static final String HEAD = """
            name: n
            hosts:
              - {id: h1, role: PRIMARY, cpuMillis: 16000, memoryMiB: 65536}
              - {id: h2, role: PRIMARY, cpuMillis: 16000, memoryMiB: 65536}
            vms:
              - {id: mw1, type: MIDDLEWARE, host: h1, cpuMillis: 2000, memoryMiB: 4096, load: 0.3}
              - {id: mw2, type: MIDDLEWARE, host: h2, cpuMillis: 2000, memoryMiB: 4096, load: 0.3}
            """;

    private ScenarioFiles() {}

    /** Two hosts with a VM each, and what follows. */
    static String with(String rest) {
        return HEAD + rest + "\n";
    }

    static Scenario read(String rest) {
        return ScenarioReader.read(FILE, with(rest));
    }

    /** What the file is refused with: one line. */
    static String refusal(String text) {
        ScenarioException refused =
                catchThrowableOfType(ScenarioException.class, () -> ScenarioReader.read(FILE, text));
        assertThat(refused).as("refused").isNotNull();
        assertThat(refused.getMessage())
                .startsWith(FILE)
                .doesNotContainPattern("[\\p{Cntrl}\\u2028\\u2029]")
                .hasSizeLessThan(1_100);
        return refused.getMessage();
    }
}
