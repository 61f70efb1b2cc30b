package io.vmha.guestmonitor;

import io.vmha.monitor.FaultMonitor;
import io.vmha.monitor.IsolationOrder;
import io.vmha.monitor.MonitorEvent;
import io.vmha.monitor.PowerOff;
import io.vmha.monitor.PowerOffStep;
import io.vmha.monitor.ProbeResult;
import io.vmha.monitor.Watch;
import io.vmha.monitor.WriteProbe;
import io.vmha.monitor.report.GuestFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Goes once, with a fault that is none and a power-off that does nothing, through all that happens on a fault: so that what it needs
 * is loaded while the disk still answers.
 */
final class Rehearsal {
    private static final Duration MOST = Duration.ofSeconds(10);

    private Rehearsal() {}

    static void run() throws InterruptedException {
        WriteProbe nowhere = new WriteProbe(Path.of("/proc/self/no-such-folder"));
        nowhere.check();
        nowhere.silence(Duration.ZERO);
        CountDownLatch ended = new CountDownLatch(1);
        try (PowerOff powerOff = new PowerOff(List.of(new NoStep()), Duration.ofMillis(1));
                FaultMonitor monitor = FaultMonitor.builder()
                        .watch(Watch.builder()
                                .name("rehearsal")
                                .probe(() -> ProbeResult.failed(GuestFault.IO_ERROR, "none"))
                                .threshold(1)
                                .build())
                        .order(IsolationOrder.BOTH)
                        .bootGrace(Duration.ZERO)
                        .anyNumberOfIsolations()
                        .isolation(powerOff)
                        .listener(event -> {
                            if (event instanceof MonitorEvent.IsolationFailed) {
                                ended.countDown();
                            }
                        })
                        .build()) {
            monitor.start();
            if (!ended.await(MOST.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the rehearsal of a fault did not end within " + MOST);
            }
        }
    }

    private static final class NoStep implements PowerOffStep {
        @Override
        public void powerOff() {}

        @Override
        public String describe() {
            return "rehearsal";
        }
    }
}
