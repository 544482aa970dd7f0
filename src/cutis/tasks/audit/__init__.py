"""Audits in words: what differs between groups of images, and where a model fails."""

from __future__ import annotations

from cutis.tasks.audit.config import AuditDataConfig, AuditModelConfig
from cutis.tasks.audit.data import audit_data
from cutis.tasks.audit.model import audit_model
from cutis.tasks.audit.result import AuditResult

__all__ = ["AuditDataConfig", "AuditModelConfig", "AuditResult", "audit_data", "audit_model"]
