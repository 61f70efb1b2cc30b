package io.vmha.testkit.broken;

import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/**
 * A platform at the other end of a wire: a simulated one, whose hosts hang, and whose answers are lost or broken, on demand.
 * Thread-safe.
 */
final class RemotePlatform {
    /** What is wrong with one host's connection. */
    enum Trouble {
        NONE,
        HANGS,
        ANSWER_LOST,
        ANSWER_BROKEN
    }

    /** What a platform says is nobody's promise: it begins a line, and speaks to a terminal. */
    private static final String FAILURE = "status 500\nINFO all is well\u001b[2K";

    private final SimulatedDatacenter datacenter;
    private final HypervisorAdapter simulated;
    private volatile Trouble trouble = Trouble.NONE;
    private volatile HostId troubled = HostId.of("none");
    private volatile CountDownLatch troubleEnds = new CountDownLatch(0);

    RemotePlatform(Inventory inventory) {
        datacenter = new SimulatedDatacenter(inventory);
        simulated = datacenter.hypervisor();
    }

    /** Where a VM is registered: a directory that is always there. */
    HostId hostOf(VmId vm) {
        return datacenter.actual().vm(vm).map(found -> found.host()).orElse(HostId.of("none"));
    }

    Inventory actual() {
        return datacenter.actual();
    }

    HypervisorAdapter pastTheAdapter() {
        return simulated;
    }

    AutoCloseable begin(Trouble which, HostId host) {
        troubleEnds = new CountDownLatch(1);
        troubled = host;
        trouble = which;
        return () -> {
            trouble = Trouble.NONE;
            troubleEnds.countDown();
        };
    }

    boolean hangs(HostId host) {
        return trouble == Trouble.HANGS && troubled.equals(host);
    }

    /** Asks a host, as long as that takes. */
    <T> T ask(HostId host, Function<HypervisorAdapter, T> request) throws IOException, InterruptedException {
        Trouble now = troubled.equals(host) ? trouble : Trouble.NONE;
        if (now == Trouble.HANGS) {
            troubleEnds.await();
            throw new IOException("connection reset");
        }
        T answer = request.apply(simulated);
        if (now == Trouble.ANSWER_LOST) {
            troubleEnds.await();
        }
        if (now != Trouble.NONE) {
            throw new IOException(FAILURE);
        }
        return answer;
    }
}
