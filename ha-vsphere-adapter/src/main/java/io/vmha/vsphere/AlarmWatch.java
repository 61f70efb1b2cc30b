package io.vmha.vsphere;

import io.vmha.fault.FaultKind;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.VimFault;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Tells which alarms of an object have turned red, and are faults by the rules. Confined to the thread that watches. */
final class AlarmWatch {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private static final int MOST_NAMES = 10_000;

    private final Vcenter vcenter;
    private final FaultRules rules;
    private final Map<MoRef, String> names = new HashMap<>();
    private final Map<MoRef, Set<String>> red = new HashMap<>();

    AlarmWatch(Vcenter vcenter, FaultRules rules) {
        this.vcenter = vcenter;
        this.rules = rules;
    }

    /** Forgets objects that are no more. */
    void retain(Predicate<MoRef> known) {
        red.keySet().removeIf(known.negate());
    }

    /** The faults that the alarms mean which are red now and were not when this object was looked at before. */
    List<FaultKind> turnedRed(ManagedObject object) {
        Set<String> now = new HashSet<>();
        List<XmlNode> states =
                object.node(InventoryProperties.ALARMS).map(XmlNode::children).orElse(List.of());
        for (XmlNode state : states) {
            if (state.textAt("overallStatus").equals("red")) {
                state.at("alarm").flatMap(alarm -> name(alarm.ref())).ifPresent(now::add);
            }
        }
        Set<String> before = Optional.ofNullable(red.put(object.ref(), now)).orElse(Set.of());
        return now.stream()
                .filter(name -> !before.contains(name))
                .flatMap(name -> rules.alarm(name).stream())
                .distinct()
                .toList();
    }

    /** Empty for an alarm that was taken away meanwhile. */
    private Optional<String> name(MoRef alarm) {
        String known = names.get(alarm);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            String read = vcenter.client()
                    .read(alarm, List.of(InventoryProperties.ALARM_NAME), Deadline.in(ANSWER))
                    .text(InventoryProperties.ALARM_NAME);
            if (names.size() < MOST_NAMES) {
                names.put(alarm, read);
            }
            return Optional.of(read);
        } catch (VimFault fault) {
            if (fault.type().equals("ManagedObjectNotFound")) {
                return Optional.empty();
            }
            throw fault;
        }
    }
}
