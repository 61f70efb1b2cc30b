package io.vmha.guestmonitor;

import static org.awaitility.Awaitility.await;

import io.vmha.monitor.Isolation;
import io.vmha.monitor.contract.Hang;
import io.vmha.monitor.contract.IsolationContractTest;
import io.vmha.monitor.contract.IsolationTestbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;

class CommandIsolationContractTest extends IsolationContractTest {
    @TempDir
    Path folder;

    @Override
    protected IsolationTestbed newTestbed() {
        return new ScriptTestbed(folder, ProcessHandle.current().children().collect(Collectors.toSet()));
    }

    /** A script that leaves a file in place of powering off. One that hangs ends a moment after it may. */
    private record ScriptTestbed(Path folder, Set<ProcessHandle> others) implements IsolationTestbed {
        private static final String SCRIPT =
                "cd \"$0\" || exit 1; touch begun; if [ -e hangs ]; then while [ -e \"$0\"/held ]; do sleep 0.05; done; exit 1; fi;"
                        + " [ ! -e fails ] && touch off";

        @Override
        public Isolation isolation() {
            return new CommandIsolation(List.of("sh", "-c", SCRIPT, folder.toString()));
        }

        @Override
        public boolean isIsolated() {
            return Files.exists(folder.resolve("off"));
        }

        @Override
        public void fail() throws IOException {
            Files.createFile(folder.resolve("fails"));
        }

        @Override
        public void heal() throws IOException {
            Files.deleteIfExists(folder.resolve("fails"));
            Files.deleteIfExists(folder.resolve("hangs"));
        }

        @Override
        public Optional<Hang> hang() throws IOException {
            Path held = Files.createFile(folder.resolve("held"));
            Files.createFile(folder.resolve("hangs"));
            return Optional.of(new Hang() {
                @Override
                public boolean holdsACall() {
                    return Files.exists(folder.resolve("begun"));
                }

                @Override
                public void close() {
                    boolean unused = held.toFile().delete();
                }
            });
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(folder.resolve("held"));
            // A try that is interrupted leaves its script to go on, in the folder that the test removes.
            await().until(() -> ProcessHandle.current().children().allMatch(others::contains));
        }
    }
}
