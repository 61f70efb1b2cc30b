package io.vmha.docs;

import io.vmha.vsphere.SmallVcenter;

/** A server that answers as a vCenter with two hosts and a VM does. */
public abstract class VsphereSetting extends Setting {
    protected String url = "";
    protected String fingerprint = "";
    private SmallVcenter vcenter;

    @Override
    void prepare() throws Exception {
        vcenter = new SmallVcenter(folder);
        url = vcenter.url();
        fingerprint = vcenter.fingerprint();
    }

    protected static char[] readPassword() {
        return "changeit".toCharArray();
    }

    @Override
    public void close() {
        super.close();
        vcenter.close();
    }
}
