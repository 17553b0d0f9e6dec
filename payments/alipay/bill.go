package alipay

// BillMax is the longest bill that is fetched or read, packed, in bytes.
const BillMax = 32 << 20
