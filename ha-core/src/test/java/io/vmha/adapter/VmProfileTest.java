package io.vmha.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.TemplateId;
import io.vmha.model.VmType;
import org.junit.jupiter.api.Test;

class VmProfileTest {

    @Test
    void aProfileOfATypeAloneHasPriorityZeroAndNothingElse() {
        VmProfile profile = VmProfile.ofType(VmType.DATABASE);

        assertThat(profile.type()).isEqualTo(VmType.DATABASE);
        assertThat(profile.role()).isEmpty();
        assertThat(profile.template()).isEmpty();
        assertThat(profile.priority()).isZero();
        assertThat(profile.antiAffinity()).isEmpty();
    }

    @Test
    void oneValueIsChangedAndTheOthersStay() {
        VmProfile profile = VmProfile.builder()
                .type(VmType.DATABASE)
                .role(ClusterRole.STANDBY)
                .template(TemplateId.of("golden"))
                .priority(-7)
                .addAntiAffinity(AntiAffinityGroup.of("db"))
                .build();

        assertThat(profile.toBuilder().priority(5).build().toBuilder()
                        .priority(-7)
                        .build())
                .isEqualTo(profile)
                .hasSameHashCodeAs(profile);
        assertThat(profile.toBuilder().priority(5).build().role()).contains(ClusterRole.STANDBY);
    }

    @Test
    void aProfileWithoutATypeIsRefused() {
        assertThatThrownBy(() -> VmProfile.builder().priority(1).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("type");
    }
}
