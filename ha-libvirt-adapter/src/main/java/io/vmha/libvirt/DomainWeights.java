package io.vmha.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.ptr.IntByReference;
import java.util.OptionalLong;
import org.libvirt.jna.DomainPointer;

/** Reads and sets the weights of running domains. Stateless. */
final class DomainWeights {
    private static final int LIVE = 1;
    /** More than that libvirt refuses to tell at once. */
    private static final int MOST_PARAMETERS = 16;

    private DomainWeights() {}

    /**
     * Reads one; absent where the host does not weigh by it.
     *
     * @throws NativeException if libvirt refuses
     */
    static OptionalLong get(DomainPointer domain, Weight weight) {
        IntByReference count = new IntByReference(MOST_PARAMETERS);
        try (Memory parameters = TypedParameters.room(MOST_PARAMETERS)) {
            NativeConnection.check(
                    switch (weight) {
                        case CPU ->
                            VirtExtras.INSTANCE.virDomainGetSchedulerParametersFlags(domain, parameters, count, LIVE);
                        case IO -> VirtExtras.INSTANCE.virDomainGetBlkioParameters(domain, parameters, count, LIVE);
                    });
            return TypedParameters.read(parameters, Math.min(MOST_PARAMETERS, count.getValue()))
                    .number(weight.parameter());
        }
    }

    /**
     * Sets one.
     *
     * @throws NativeException if libvirt refuses
     */
    static void set(DomainPointer domain, Weight weight, long value) {
        try (Memory parameter = TypedParameters.one(weight.parameter(), value, weight == Weight.CPU)) {
            NativeConnection.check(
                    switch (weight) {
                        case CPU ->
                            VirtExtras.INSTANCE.virDomainSetSchedulerParametersFlags(domain, parameter, 1, LIVE);
                        case IO -> VirtExtras.INSTANCE.virDomainSetBlkioParameters(domain, parameter, 1, LIVE);
                    });
        }
    }
}
