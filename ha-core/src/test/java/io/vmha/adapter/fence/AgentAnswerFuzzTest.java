package io.vmha.adapter.fence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.base.Splitter;
import io.vmha.adapter.AdapterException;
import io.vmha.model.PowerState;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for what an agent can print to be believed wrongly, or to get a secret or a line into a log. */
@Tag("fuzz")
class AgentAnswerFuzzTest {
    private static final String SECRET = "c0rrect-h0rse";
    private static final List<Integer> EXIT_CODES = List.of(0, 1, 2, 3, 126, 127, 139, AgentRun.KILLED);
    private static final int LONGEST_MESSAGE = 320;

    @FuzzTest(maxDuration = "1m")
    void onlyAWholeLineAndItsExitCodeSayThatAHostIsOffAndNoMessageTellsASecret(byte[] bytes) {
        // The first byte is an exit code; a form feed is between both streams, so that the seeds are as agents print
        // them.
        int exitCode = bytes.length == 0 ? AgentRun.KILLED : EXIT_CODES.get((bytes[0] & 0xff) % EXIT_CODES.size());
        List<String> streams = Splitter.on('\f').limit(2).splitToList(new String(bytes, UTF_8));
        String output = streams.get(0).substring(Math.min(1, streams.get(0).length()));
        String errors = streams.size() > 1 ? streams.get(1) : "";
        AgentRun run = new AgentRun(exitCode, lines(output), lines(errors));
        AgentAnswer answer = new AgentAnswer("fence_test", run, List.of(SECRET.toCharArray()));

        try {
            PowerState state = answer.powerState();
            String said = state == PowerState.OFF ? "Status: OFF" : "Status: ON";
            assertThat(exitCode).isEqualTo(state == PowerState.OFF ? 2 : 0);
            assertThat(run.output().stream().filter(line -> line.startsWith("Status: ")))
                    .isNotEmpty()
                    .containsOnly(said);
        } catch (AdapterException unreadable) {
            assertThat(unreadable).isNotInstanceOf(AdapterException.OutcomeUnknown.class);
            assertTellsNothing(unreadable);
        }
        answer.failureOf("off").ifPresent(AgentAnswerFuzzTest::assertTellsNothing);
        assertThat(answer.failureOf("off").isEmpty()).isEqualTo(exitCode == 0);
    }

    private static List<String> lines(String text) {
        return Splitter.on('\n').trimResults().omitEmptyStrings().splitToList(text);
    }

    private static void assertTellsNothing(AdapterException thrown) {
        assertThat(thrown.getMessage())
                .doesNotContainIgnoringCase(SECRET.substring(0, 4))
                .hasSizeLessThan(LONGEST_MESSAGE)
                .matches("\\P{Cntrl}*");
    }
}
