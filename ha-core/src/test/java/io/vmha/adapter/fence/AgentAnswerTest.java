package io.vmha.adapter.fence;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.AdapterException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of an agent's words gets into a message. */
class AgentAnswerTest {
    private static final String SECRET = "c0rrect-h0rse";

    @ParameterizedTest
    @ValueSource(strings = {"c0rrect-h0rse", "xC0RRx", "t-h0", "c\u000C0rr", "\u200BC0rr"})
    void aLineThatTellsAPartOfASecretIsLeftOutAlsoWhereAnEscapePutsItTogether(String told) {
        assertThat(failure("ERROR: unable to run x " + told)).doesNotContainIgnoringCase("c0rr", "t-h0");
    }

    @Test
    void anotherLineIsQuoted() {
        assertThat(failure("ERROR: unable to run ipmitool\u000C")).contains("unable to run ipmitool\\u000C");
    }

    private static String failure(String line) {
        AgentRun run = new AgentRun(1, List.of(), List.of(line));
        return new AgentAnswer("fence_test", run, List.of(SECRET.toCharArray()))
                .failureOf("off")
                .map(AdapterException::getMessage)
                .orElseThrow();
    }
}
