package io.vmha.monitor;

import io.vmha.monitor.contract.Hang;
import io.vmha.monitor.contract.IsolationContractTest;
import io.vmha.monitor.contract.IsolationTestbed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;

/** Every isolation of this module keeps the contract. */
class IsolationContractsTest {
    private static final Duration GRACE = Duration.ofMillis(30);

    @Nested
    class PoweringOff extends IsolationContractTest {
        @Override
        protected IsolationTestbed newTestbed() {
            return new PowerOffTestbed();
        }
    }

    /** A dry run isolates nothing; that it says so is what it does. */
    @Nested
    class DryRun extends IsolationContractTest {
        @Override
        protected IsolationTestbed newTestbed() {
            return new DryRunTestbed();
        }
    }

    /** Two ways to power off: the first hangs where any does, for ever; the second then fails, until all is well again. */
    private static final class PowerOffTestbed implements IsolationTestbed {
        private final HeldCalls disk = new HeldCalls();
        private volatile boolean fails;
        private volatile boolean hangs;
        private volatile boolean isOff;
        private final PowerOff powerOff =
                new PowerOff(List.of(step("a program", this::firstWay), step("the kernel", this::secondWay)), GRACE);

        private void firstWay() throws IOException {
            if (hangs) {
                disk.passDeaf();
            }
            secondWay();
        }

        private void secondWay() throws IOException {
            if (fails) {
                throw new IOException("no way");
            }
            isOff = true;
        }

        private interface Way {
            void powerOff() throws IOException;
        }

        private static PowerOffStep step(String name, Way way) {
            return new PowerOffStep() {
                @Override
                public void powerOff() throws IOException {
                    way.powerOff();
                }

                @Override
                public String describe() {
                    return name;
                }
            };
        }

        @Override
        public Isolation isolation() {
            return powerOff;
        }

        @Override
        public boolean isIsolated() {
            return isOff;
        }

        @Override
        public void fail() {
            fails = true;
        }

        @Override
        public void heal() {
            fails = false;
        }

        @Override
        public Optional<Hang> hang() {
            hangs = true;
            fails = true;
            return Optional.of(disk);
        }

        @Override
        public void close() {
            disk.close();
            powerOff.close();
        }
    }

    private static final class DryRunTestbed implements IsolationTestbed {
        private volatile boolean fails;
        private volatile boolean isSaid;
        private final Isolation dryRun = Isolation.dryRun(
                fault -> {
                    throw new AssertionError("a dry run isolates");
                },
                this::say);

        private void say(String text) {
            if (fails) {
                throw new IllegalStateException("nobody hears");
            }
            isSaid = true;
        }

        @Override
        public Isolation isolation() {
            return dryRun;
        }

        @Override
        public boolean isIsolated() {
            return isSaid;
        }

        @Override
        public void fail() {
            fails = true;
        }

        @Override
        public void heal() {
            fails = false;
        }

        @Override
        public void close() {}
    }
}
