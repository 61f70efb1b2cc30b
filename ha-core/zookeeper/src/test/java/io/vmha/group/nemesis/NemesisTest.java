package io.vmha.group.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten rounds against real processes; as root, with iproute2 and strace. It fails where it cannot run. */
@Tag("lab")
class NemesisTest {
    private static final int ROUNDS = 10;
    private static final long SEED = 20;

    @BeforeAll
    static void installWhatIsMissing() throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("examples/lab/packages.sh"))) {
            root = root.getParent();
        }
        Process install = new ProcessBuilder(
                        "bash", root.resolve("examples/lab/packages.sh").toString(), "ip:iproute2", "strace:strace")
                .inheritIO()
                .start();
        assertThat(install.waitFor()).isZero();
    }

    @Test
    void noEffectOfAnEpochBeginsAfterALaterOnesAndEveryAcceptedReportHasOneOutcome(@TempDir Path folder)
            throws Exception {
        Nemesis.Result result = Nemesis.run(folder, ROUNDS, SEED);

        assertThat(result.broken()).as("%s", result).isEmpty();
        assertThat(result.accepted()).isGreaterThanOrEqualTo(ROUNDS * 4);
        assertThat(result.epochs()).isGreaterThan(2);
        assertThat(result.storms()).isPositive();
    }
}
