package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What was written for the deprecated types works as before. */
@SuppressWarnings("removal")
class OldTypesTest {
    private static final HostId H1 = HostId.of("h1");
    private static final UUID ID = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private static final VmProfile PROFILE = VmProfile.builder()
            .id(VmId.of("db1"))
            .type(VmType.DATABASE)
            .role(ClusterRole.STANDBY)
            .template(TemplateId.of("golden"))
            .priority(-3)
            .addAntiAffinity(AntiAffinityGroup.of("db"))
            .origin(new CloneOrigin(7, 3))
            .build();

    @Test
    void anOldClassifierIsAskedByTheFactsThatLibvirtTells() {
        List<DomainFacts> asked = new ArrayList<>();
        DomainClassifier classifier = DomainClassifier.ofOld(domain -> {
            asked.add(domain);
            return PROFILE;
        });

        DomainProfile profile = classifier.classify(DomainClassifier.facts(H1, "vm-1", ID, Optional.of("title")));

        assertThat(asked).containsExactly(new DomainFacts(H1, "vm-1", ID, Optional.of("title")));
        assertThat(profile).isInstanceOf(DomainProfile.Machine.class);
        assertThat(OldProfiles.toOld(profile)).isEqualTo(PROFILE);
    }

    @Test
    void anOldClassifierStillTellsTemplates() {
        DomainProfile template = new DomainProfile.Template(TemplateId.of("golden"), Optional.empty());

        assertThat(DomainClassifier.ofOld(domain -> template)
                        .classify(DomainClassifier.facts(H1, "golden", ID, Optional.empty())))
                .isEqualTo(template);
    }

    @Test
    void metadataIsWrittenAndParsedWithTheOldProfile() {
        String domain = "<domain><name>x</name><metadata>" + VmhaMetadata.format(PROFILE) + "</metadata></domain>";

        assertThat(VmhaMetadata.parse(domain)).contains(PROFILE);
    }

    @Test
    void anOldListenerIsToldOfBytes() {
        List<MigrationListener.Progress> told = new ArrayList<>();

        CopyProgress.toldToOld(told::add)
                .orElseThrow()
                .accept(new CopyProgress(VmId.of("db1"), H1, HostId.of("h2"), Duration.ofSeconds(1), 30, 20, 10));

        assertThat(told)
                .containsExactly(new MigrationListener.Progress(
                        VmId.of("db1"), H1, HostId.of("h2"), Duration.ofSeconds(1), 30, 20, 10));
        assertThat(CopyProgress.toldToOld(MigrationListener.IGNORING)).isEmpty();
    }
}
