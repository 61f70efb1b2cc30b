package io.vmha.vsphere;

import io.vmha.model.VmId;
import java.time.Duration;
import java.util.OptionalLong;

/** Asks the server for signs of life of one guest, and for its own. */
interface GuestSigns {

    /**
     * Asks the server for its time, which costs it nothing: how long it takes is how quick it is.
     *
     * @throws io.vmha.adapter.AdapterException if it does not answer
     */
    void ping();

    /**
     * Reads a guest's signs.
     *
     * @param vm the VM
     * @param span the time up to now that its counters are read of
     * @throws io.vmha.adapter.AdapterException if the server does not answer, or refuses
     */
    Signs read(VmId vm, Duration span);

    /**
     * What the server tells of a guest. Immutable.
     *
     * @param heartbeatRed whether the heartbeat is red still
     * @param running whether the VM is on, and its host connected
     * @param uptimeSeconds how long ago it was started or reset; empty where that is not told
     * @param diskKiB what it read and wrote in the span; empty where the counters do not cover it
     * @param sentKiB what it sent to the network in the span; empty where the counters do not cover it
     * @param mostCpuPercent its use of CPU at the most in the span; empty where the counters do not cover it
     */
    record Signs(
            boolean heartbeatRed,
            boolean running,
            OptionalLong uptimeSeconds,
            OptionalLong diskKiB,
            OptionalLong sentKiB,
            OptionalLong mostCpuPercent) {

        /** Whether it did nothing that could be seen, by counters that are all there. */
        boolean isStill() {
            return diskKiB.orElse(1) == 0 && sentKiB.orElse(1) == 0 && mostCpuPercent.isPresent();
        }

        /** Whether it computes, as a hung guest may and a busy one does. */
        boolean computes() {
            return mostCpuPercent.orElse(100) >= 5;
        }
    }
}
