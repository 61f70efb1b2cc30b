package io.vmha.monitor.broken;

import io.vmha.monitor.FoundFault;
import io.vmha.monitor.HeldCalls;
import io.vmha.monitor.Isolation;
import io.vmha.monitor.contract.Hang;
import io.vmha.monitor.contract.IsolationTestbed;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** An isolation that keeps the contract, for broken ones to be made of. */
class ModelIsolation implements Isolation {
    final Plug plug;

    ModelIsolation(Plug plug) {
        this.plug = plug;
    }

    /** What the VM's power comes through. Thread-safe. */
    static final class Plug {
        volatile boolean fails;
        volatile boolean isPulled;
        volatile Optional<HeldCalls> gate = Optional.empty();

        void pull() throws IOException, InterruptedException {
            if (gate.isPresent()) {
                gate.get().pass();
            }
            if (fails) {
                throw new IOException("it is stuck");
            }
            isPulled = true;
        }
    }

    @Override
    public void isolate(FoundFault fault) throws Exception {
        plug.pull();
    }

    /** Tries what is made of a plug. */
    record Testbed(Plug plug, Isolation isolation, Duration patience) implements IsolationTestbed {
        Testbed(Function<Plug, Isolation> lie, Duration patience) {
            this(new Plug(), lie, patience);
        }

        private Testbed(Plug plug, Function<Plug, Isolation> lie, Duration patience) {
            this(plug, lie.apply(plug), patience);
        }

        @Override
        public boolean isIsolated() {
            return plug.isPulled;
        }

        @Override
        public void fail() {
            plug.fails = true;
        }

        @Override
        public void heal() {
            plug.fails = false;
            plug.gate = Optional.empty();
        }

        @Override
        public Optional<Hang> hang() {
            HeldCalls held = new HeldCalls();
            plug.gate = Optional.of(held);
            return Optional.of(held);
        }

        @Override
        public void close() {}
    }
}
