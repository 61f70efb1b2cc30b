package io.vmha.adapter.haproxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.base.Splitter;
import io.vmha.adapter.AdapterException;
import io.vmha.model.VmId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for answers at HAProxy's socket that break their readers, or that pass for a server that serves. */
@Tag("fuzz")
class HaproxyFuzzTest {
    private static final VmId MW11 = VmId.of("mw11");
    private static final VmId MW21 = VmId.of("mw21");
    private static final int LONGEST_MESSAGE = 480;

    private final Servers servers = new Servers(Map.of(
            MW11, new HaproxyServer(MW11, "middleware", "mw11", 16),
            MW21, new HaproxyServer(MW21, "middleware", "mw21", 16)));

    @FuzzTest(maxDuration = "1m")
    void anyAnswerIsReadOrRefusedWithAShortMessage(byte[] bytes) {
        // Divided by form feeds, so that the seeds are as HAProxy answers. What is asked for by no name of these
        // answers the rest,
        // so that a move goes as far as the answers let it.
        List<String> answers = Splitter.on('\f').limit(5).splitToList(new String(bytes, UTF_8));
        String states = answer(answers, 0);
        String map = answer(answers, 1);
        String statistics = answer(answers, 2);
        String info = answer(answers, 3);
        String rest = answer(answers, 4);
        RuntimeApi haproxy = new RuntimeApi((command, most, deadline) -> command.startsWith("show servers state")
                ? states
                : command.startsWith("show map")
                        ? map
                        : command.startsWith("show stat") ? statistics : command.equals("show info") ? info : rest);
        Change change = new Change(haproxy, Path.of("/routes.map"), servers, Long.MAX_VALUE);
        try {
            new Suitability(haproxy, servers, Long.MAX_VALUE).check(change);
            change.move(servers.require(MW11), servers.require(MW21));
            change.readBack(servers.require(MW11), servers.require(MW21));
            // Both sides are read from the same answers: the map must say so in a line of its own.
            assertThat(map.lines()).anyMatch(line -> line.matches("(?s).* mw11 +mw21 *"));
            assertThat(states.lines()).anyMatch(line -> line.contains(" mw21 "));
        } catch (AdapterException refused) {
            assertThat(refused.getMessage()).hasSizeLessThan(LONGEST_MESSAGE).matches("\\P{Cntrl}*");
        }
    }

    private static String answer(List<String> answers, int index) {
        return index < answers.size() ? answers.get(index) : "";
    }
}
