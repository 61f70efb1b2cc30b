package io.vmha.vsphere;

import static java.util.Objects.requireNonNull;

import io.vmha.adapter.MachineFacts;
import io.vmha.adapter.MigrationListener;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;

/** Translates the deprecated types to those of all platforms. All static. */
@SuppressWarnings("removal")
final class OldTypes {
    private OldTypes() {}

    static VmClassifier toNew(io.vmha.vsphere.VmClassifier classifier) {
        requireNonNull(classifier, "classifier");
        return vm -> classifier.classify(facts(vm)).map(OldTypes::profile);
    }

    static MigrationListener toNew(io.vmha.vsphere.MigrationListener listener) {
        requireNonNull(listener, "listener");
        return progress ->
                listener.progressed(progress.vm(), progress.target(), (int) Math.round(progress.done() * 100));
    }

    private static VmFacts facts(MachineFacts vm) {
        return new VmFacts(vm.name(), vm.cluster().orElse(""), false, vm.attributes());
    }

    private static VmProfile profile(io.vmha.vsphere.VmProfile old) {
        return VmProfile.builder()
                .type(old.type())
                .template(old.template())
                .priority(old.priority())
                .antiAffinity(old.antiAffinity())
                .build();
    }
}
