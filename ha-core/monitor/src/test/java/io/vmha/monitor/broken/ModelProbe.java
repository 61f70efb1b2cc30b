package io.vmha.monitor.broken;

import io.vmha.monitor.HeldCalls;
import io.vmha.monitor.Probe;
import io.vmha.monitor.ProbeResult;
import io.vmha.monitor.SilenceReader;
import io.vmha.monitor.contract.Hang;
import io.vmha.monitor.contract.ProbeTestbed;
import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** A probe that keeps the contract, for broken ones to be made of. */
class ModelProbe implements SilenceReader {
    final Target target;

    ModelProbe(Target target) {
        this.target = target;
    }

    /** What is looked at. Thread-safe. */
    static final class Target {
        volatile boolean fails;
        volatile boolean isHidden;
        volatile Optional<HeldCalls> gate = Optional.empty();
    }

    @Override
    public ProbeResult check() throws Exception {
        if (target.gate.isPresent()) {
            target.gate.get().pass();
        }
        if (target.isHidden) {
            throw new IOException("it is not there");
        }
        return target.fails ? ProbeResult.failed(GuestFault.IO_ERROR, "broken") : ProbeResult.healthy("well");
    }

    @Override
    public ProbeResult silence(Duration soFar) {
        return ProbeResult.unknown("no answer after " + soFar);
    }

    /** Tries what is made of a target. */
    record Testbed(Target target, Probe probe, Duration patience) implements ProbeTestbed {
        Testbed(Function<Target, Probe> lie, Duration patience) {
            this(new Target(), lie, patience);
        }

        private Testbed(Target target, Function<Target, Probe> lie, Duration patience) {
            this(target, lie.apply(target), patience);
        }

        @Override
        public GuestFault fault() {
            return GuestFault.IO_ERROR;
        }

        @Override
        public void fail() {
            target.fails = true;
        }

        @Override
        public void heal() {
            target.fails = false;
        }

        @Override
        public boolean blind() {
            target.isHidden = true;
            return true;
        }

        @Override
        public Optional<Hang> hang() {
            HeldCalls held = new HeldCalls();
            target.gate = Optional.of(held);
            return Optional.of(new Hang() {
                @Override
                public boolean holdsACall() {
                    return held.holdsACall();
                }

                @Override
                public void close() {
                    target.gate = Optional.empty();
                    held.close();
                }
            });
        }

        @Override
        public void close() {}
    }
}
