package io.vmha.center;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A process whose memory is used up for a second at a time: its center recovers, or says that it has ended. */
class ExhaustedHeapTest {
    @Test
    void aCenterWhoseMemoryIsUsedUpTwentyTimesDecidesOnOrSaysThatItEnded() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ExhaustedCenterMain.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> said;
        try (var output = process.inputReader(UTF_8)) {
            said = output.lines()
                    .filter(line -> line.equals("decides")
                            || line.equals("ended")
                            || line.equals("over")
                            || line.startsWith("deaf"))
                    .toList();
        } finally {
            process.destroy();
        }

        assertThat(said).last().isEqualTo("over");
        List<String> rounds = said.subList(0, said.size() - 1);
        assertThat(rounds).isNotEmpty().containsAnyOf("decides", "ended").isSubsetOf("decides", "ended");
        assertThat(rounds.size() == 20 || rounds.get(rounds.size() - 1).equals("ended"))
                .isTrue();
        System.out.println("memory used up: the center was asked " + rounds.size() + " times and said " + rounds);
    }
}
