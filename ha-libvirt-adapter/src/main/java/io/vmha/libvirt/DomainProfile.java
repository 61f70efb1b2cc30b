package io.vmha.libvirt;

import io.vmha.adapter.VmProfile;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.Optional;

/**
 * What a libvirt domain is to the failover library.
 *
 * @see VmhaMetadata how a domain says it of itself
 * @see io.vmha.adapter.VmClassifier what says it of a domain that does not
 */
@SuppressWarnings("removal") // The old profile is one of the kinds as long as it is there.
public sealed interface DomainProfile
        permits DomainProfile.Machine,
                DomainProfile.Template,
                DomainProfile.SetAside,
                DomainProfile.Unmanaged,
                io.vmha.libvirt.VmProfile {

    /**
     * A virtual machine of the inventory.
     *
     * @param id its name in the inventory; empty means the domain's name
     * @param profile what is known of it besides what libvirt tells
     * @param origin the action that made it as a clone; empty where none did
     */
    record Machine(Optional<VmId> id, VmProfile profile, Optional<CloneOrigin> origin) implements DomainProfile {

        /** Returns the machine that is called as its domain, and is no clone of an action's. */
        static Machine of(VmProfile profile) {
            return new Machine(Optional.empty(), profile, Optional.empty());
        }
    }

    /**
     * A template that machines are cloned from; it is never powered on and is not a machine of the inventory.
     *
     * @param id the name that machines refer to it by
     * @param type what its clones are, where they replace no machine that tells it
     */
    record Template(TemplateId id, Optional<VmType> type) implements DomainProfile {}

    /**
     * A failed machine that a clone has replaced, kept for whoever looks into the failure; not in the inventory.
     *
     * @param vm the machine that it was
     */
    record SetAside(VmId vm) implements DomainProfile {}

    /** A domain that is none of the library's business: it is never touched, but what it uses is not given to others. */
    record Unmanaged() implements DomainProfile {
        /** The one there is to need. */
        public static final Unmanaged INSTANCE = new Unmanaged();
    }
}
