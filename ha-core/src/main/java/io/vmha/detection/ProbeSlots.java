package io.vmha.detection;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which corroborating probes are under way. One that never returns keeps its slot, and with it one of its host's and its VM's
 * only, so that a host that does not answer holds up no other. Confined to its {@link LivenessTracker}.
 */
final class ProbeSlots {
    private final DetectionConfig config;
    private final Map<Long, Finding.Asked> open = new HashMap<>();
    private final Map<HostId, Integer> byHost = new HashMap<>();
    private final Set<VmId> vms = new HashSet<>();

    ProbeSlots(DetectionConfig config) {
        this.config = config;
    }

    /** Whether that VM can be probed now: it is not yet, and its host and all together have a slot left. */
    boolean isFree(VmId vm, HostId host) {
        return !vms.contains(vm)
                && open.size() < config.probesAtOnce()
                && byHost.getOrDefault(host, 0) < config.probesPerHost();
    }

    void take(Finding.Asked question) {
        open.put(question.number(), question);
        byHost.merge(question.host(), 1, Integer::sum);
        vms.add(question.vm());
    }

    /** Gives a slot back; does nothing where that is done. */
    void giveBack(long number) {
        Finding.Asked question = open.remove(number);
        if (question != null) {
            byHost.computeIfPresent(question.host(), (host, count) -> count == 1 ? null : count - 1);
            vms.remove(question.vm());
        }
    }
}
